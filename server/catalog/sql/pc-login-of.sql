SELECT * FROM pc_login WHERE pc = :pc
