INSERT INTO session (hash, person, csrf, expires) VALUES (:hash, :person, :csrf, :expires)
