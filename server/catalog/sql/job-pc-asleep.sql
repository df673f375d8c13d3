SELECT pc.*, job_pc.job, job_pc.woken FROM job_pc JOIN pc ON pc.id = job_pc.pc
WHERE job_pc.job = :job AND job_pc.state = 'called' AND (pc.seen < job_pc.called OR pc.seen > :latest) AND pc.mac <> '' ORDER BY pc.id
