SELECT * FROM hardware_class WHERE id = :id
