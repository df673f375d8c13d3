SELECT * FROM upload WHERE state = :state ORDER BY id LIMIT 100
