SELECT rights, location, object FROM role_grant JOIN role ON role.id = role_grant.role WHERE person_group = :person_group
