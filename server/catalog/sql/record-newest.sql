SELECT * FROM record WHERE type = :type AND series = :series ORDER BY number DESC LIMIT 1
