UPDATE person_group SET name = :name, ldap = :ldap, version = :version WHERE id = :id
