INSERT INTO access_token (id, name, person, hash, scope, created, expires)
VALUES (:id, :name, :person, :hash, :scope, :created, :expires)
