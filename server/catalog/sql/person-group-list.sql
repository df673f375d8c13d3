SELECT * FROM person_group ORDER BY name
