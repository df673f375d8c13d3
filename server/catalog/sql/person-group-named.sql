SELECT * FROM person_group WHERE name = :name
