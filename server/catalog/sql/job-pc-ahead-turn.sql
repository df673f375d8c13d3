UPDATE job_pc SET turn = :now WHERE job = :job AND turn > :latest
