SELECT state, COUNT(*) AS pcs FROM job_pc WHERE job = :job GROUP BY state
