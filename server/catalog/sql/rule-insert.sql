INSERT INTO rule (id, definition, position, version) VALUES (:id, :definition, :position, :version)
