SELECT * FROM rule WHERE id = :id
