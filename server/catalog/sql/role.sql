SELECT * FROM role WHERE id = :id
