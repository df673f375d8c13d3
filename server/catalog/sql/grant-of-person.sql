SELECT rights, location, object FROM role_grant JOIN role ON role.id = role_grant.role
WHERE person = :person OR person_group IN (SELECT person_group FROM member WHERE person = :member)
