UPDATE role SET name_de = :name_de, name_en = :name_en, rights = :rights, version = :version WHERE id = :id
