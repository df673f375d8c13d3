DELETE FROM pc_command
WHERE pc = :pc AND id NOT IN (SELECT id FROM pc_command WHERE pc = :pc2 ORDER BY id DESC LIMIT 20)
