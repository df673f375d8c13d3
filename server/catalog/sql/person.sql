SELECT * FROM person WHERE id = :id
