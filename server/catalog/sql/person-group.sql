SELECT * FROM person_group WHERE id = :id
