UPDATE pc_boot SET stages = :stages WHERE id = :id
