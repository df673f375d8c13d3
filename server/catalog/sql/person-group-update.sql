UPDATE person_group SET name = :name, ldap = :ldap, oidc = :oidc, version = :version WHERE id = :id
