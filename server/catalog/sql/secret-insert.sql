INSERT INTO secret (name, value) VALUES (:name, :value)
