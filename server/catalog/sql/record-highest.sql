SELECT COALESCE(MAX(number), 0) AS number FROM record WHERE type = :type AND series = :series
