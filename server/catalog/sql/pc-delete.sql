DELETE FROM pc WHERE id = :id
