SELECT COALESCE(MIN(id), 0) AS first FROM event
