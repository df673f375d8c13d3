INSERT INTO role (id, name_de, name_en, rights, version) VALUES (:id, :name_de, :name_en, :rights, :version)
