SELECT * FROM entry ORDER BY position, id
