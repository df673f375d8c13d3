SELECT * FROM person WHERE name = :name
