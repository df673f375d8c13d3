INSERT INTO account (name, password_hash) VALUES (:name, :hash)
