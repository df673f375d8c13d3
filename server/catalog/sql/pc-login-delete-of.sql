DELETE FROM pc_login WHERE pc = :pc
