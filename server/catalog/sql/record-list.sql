SELECT r.type, r.series, r.number, r.title, r.published, r.state, s.current
FROM record r JOIN series s ON s.type = r.type AND s.series = r.series
ORDER BY r.type, r.series, r.number DESC
