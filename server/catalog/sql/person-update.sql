UPDATE person SET name = :name, full_name = :full_name, source = :source, subject = :subject, enabled = :enabled, version = :version
WHERE id = :id
