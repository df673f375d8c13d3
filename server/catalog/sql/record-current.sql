SELECT r.*
FROM record r JOIN series s ON s.type = r.type AND s.series = r.series AND s.current = r.number
WHERE r.type = :type AND r.series = :series
