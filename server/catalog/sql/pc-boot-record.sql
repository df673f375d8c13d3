UPDATE pc_boot SET record = :record, number = :number WHERE id = :id
