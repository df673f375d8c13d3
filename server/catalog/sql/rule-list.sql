SELECT * FROM rule ORDER BY position, id
