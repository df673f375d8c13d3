SELECT type, series, number, title, published, state FROM record WHERE type = :type AND series = :series ORDER BY number DESC
