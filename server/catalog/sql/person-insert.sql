INSERT INTO person (id, name, full_name, source, subject, password_hash, enabled, upload_quota, version)
VALUES (:id, :name, :full_name, :source, :subject, '', :enabled, :upload_quota, :version)
