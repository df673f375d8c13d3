SELECT * FROM pc_command WHERE pc = :pc ORDER BY id DESC LIMIT 20
