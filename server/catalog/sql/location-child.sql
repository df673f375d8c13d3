SELECT id, name_en FROM location WHERE parent = :id ORDER BY id LIMIT 1
