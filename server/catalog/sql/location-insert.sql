INSERT INTO location (id, parent, name_de, name_en, audiences, settings, version)
VALUES (:id, :parent, :name_de, :name_en, :audiences, :settings, :version)
