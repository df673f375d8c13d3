SELECT * FROM person ORDER BY name
