SELECT * FROM role_grant WHERE person = :id ORDER BY role, COALESCE(location, 0), object
