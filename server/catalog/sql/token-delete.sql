DELETE FROM token WHERE name = :name
