SELECT COUNT(*) AS count FROM hardware_class
