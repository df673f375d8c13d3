DELETE FROM pc_boot WHERE pc = :pc
