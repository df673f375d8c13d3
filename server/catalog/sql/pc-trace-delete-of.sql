DELETE FROM pc_trace WHERE pc = :pc
