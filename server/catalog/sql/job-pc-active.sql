SELECT job_pc.*, job.wish FROM job_pc JOIN job ON job.id = job_pc.job
WHERE job_pc.pc = :pc AND job_pc.state IN ('called', 'ending', 'told', 'started') ORDER BY job_pc.job LIMIT 1
