DELETE FROM role_grant WHERE person_group = :id
