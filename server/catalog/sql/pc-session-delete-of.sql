DELETE FROM pc_session WHERE pc = :pc
