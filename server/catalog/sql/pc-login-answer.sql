UPDATE pc_login SET state = :state WHERE pc = :pc
