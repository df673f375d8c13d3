INSERT INTO hardware_class (id, definition, version) VALUES (:id, :definition, :version)
