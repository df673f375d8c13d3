DELETE FROM role WHERE id = :id
