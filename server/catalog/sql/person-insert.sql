INSERT INTO person (id, name, full_name, source, password_hash, enabled, version)
VALUES (:id, :name, :full_name, :source, '', :enabled, :version)
