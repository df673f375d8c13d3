INSERT INTO role_grant (role, person, person_group, location, object)
VALUES (:role, :person, :person_group, :location, :object)
