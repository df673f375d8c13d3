SELECT * FROM upload WHERE id = :id
