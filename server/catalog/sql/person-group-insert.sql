INSERT INTO person_group (id, name, ldap, oidc, version) VALUES (:id, :name, :ldap, :oidc, :version)
