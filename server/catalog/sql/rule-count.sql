SELECT COUNT(*) AS count FROM rule
