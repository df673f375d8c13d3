SELECT * FROM location WHERE id = :id
