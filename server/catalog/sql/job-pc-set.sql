UPDATE job_pc SET state = :state, since = :since, sentence = :sentence WHERE job = :job AND pc = :pc
