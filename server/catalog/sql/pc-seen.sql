UPDATE pc SET seen = :seen, address = :address WHERE id = :id
