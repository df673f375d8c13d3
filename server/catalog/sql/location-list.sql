SELECT * FROM location ORDER BY id
