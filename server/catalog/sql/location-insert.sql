INSERT INTO location (id, parent, name_de, name_en, version) VALUES (:id, :parent, :name_de, :name_en, :version)
