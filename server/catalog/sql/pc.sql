SELECT * FROM pc WHERE id = :id
