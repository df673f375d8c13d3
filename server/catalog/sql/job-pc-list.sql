SELECT job_pc.*, pc.name AS pc_name, pc.mac AS pc_mac FROM job_pc JOIN pc ON pc.id = job_pc.pc
WHERE job_pc.job = :job AND job_pc.pc > :after ORDER BY job_pc.pc LIMIT :limit
