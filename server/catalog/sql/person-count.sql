SELECT COUNT(*) AS count FROM person
