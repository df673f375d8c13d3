INSERT INTO person (id, name, full_name, source, subject, password_hash, enabled, version)
VALUES (:id, :name, :full_name, :source, :subject, '', :enabled, :version)
