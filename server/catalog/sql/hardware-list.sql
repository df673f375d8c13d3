SELECT * FROM hardware_class ORDER BY id
