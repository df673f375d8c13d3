SELECT * FROM pc WHERE pc_key = :key
