UPDATE job_pc SET state = 'called', since = :since, called = :called WHERE job = :job AND pc = :pc
