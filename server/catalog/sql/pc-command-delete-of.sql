DELETE FROM pc_command WHERE pc = :pc
