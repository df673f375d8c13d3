SELECT * FROM pc_command WHERE pc = :pc AND taken IS NULL AND outcome = '' ORDER BY id DESC LIMIT 1
