UPDATE location
SET parent = :parent, name_de = :name_de, name_en = :name_en, audiences = :audiences, settings = :settings, version = :version
WHERE id = :id
