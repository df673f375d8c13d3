SELECT * FROM pc WHERE identity = :identity
