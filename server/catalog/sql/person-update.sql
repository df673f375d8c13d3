UPDATE person SET name = :name, full_name = :full_name, source = :source, subject = :subject, enabled = :enabled, upload_quota = :upload_quota, version = :version
WHERE id = :id
