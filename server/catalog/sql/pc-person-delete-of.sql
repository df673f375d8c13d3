DELETE FROM pc_person WHERE pc = :pc
