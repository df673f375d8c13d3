SELECT state, COUNT(*) AS count FROM pc GROUP BY state
