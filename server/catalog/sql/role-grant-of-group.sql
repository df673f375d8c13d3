SELECT * FROM role_grant WHERE person_group = :id ORDER BY role, COALESCE(location, 0), object
