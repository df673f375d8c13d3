SELECT pc.* FROM job_pc JOIN pc ON pc.id = job_pc.pc
WHERE job_pc.state = 'called' AND job_pc.woken > 0 AND pc.seen < job_pc.called AND pc.mac <> '' ORDER BY job_pc.woken DESC LIMIT 500
