UPDATE pc_boot SET system_stages = :stages WHERE id = :id
