DELETE FROM pc_boot WHERE pc = :pc AND id NOT IN (SELECT id FROM pc_boot WHERE pc = :pc2 ORDER BY id DESC LIMIT 20)
