INSERT INTO token (name, hash, created) VALUES (:name, :hash, :created)
