SELECT * FROM role_grant ORDER BY role, COALESCE(location, 0), object
