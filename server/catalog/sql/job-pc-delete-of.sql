DELETE FROM job_pc WHERE pc = :pc
