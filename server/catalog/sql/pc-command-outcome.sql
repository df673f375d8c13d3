UPDATE pc_command SET outcome = :outcome WHERE id = :id AND pc = :pc
