DELETE FROM role_grant WHERE person = :id
