SELECT * FROM pc_boot WHERE pc = :pc ORDER BY id DESC
