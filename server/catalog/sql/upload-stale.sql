SELECT * FROM upload WHERE state IN ('open', 'refused') AND changed < :before ORDER BY id LIMIT 100
