SELECT COUNT(*) AS count FROM location
