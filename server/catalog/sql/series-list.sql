SELECT * FROM series ORDER BY type, series
