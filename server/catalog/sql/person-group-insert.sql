INSERT INTO person_group (id, name, ldap, version) VALUES (:id, :name, :ldap, :version)
