SELECT pc FROM job_pc WHERE job = :job AND state = 'waiting' AND turn <= :now
AND NOT EXISTS (SELECT 1 FROM job_pc busy WHERE busy.pc = job_pc.pc AND busy.state IN ('called', 'ending', 'told', 'started'))
ORDER BY turn, pc LIMIT :limit
