DELETE FROM job_pc WHERE job = :job
