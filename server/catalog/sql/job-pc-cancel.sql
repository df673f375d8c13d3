UPDATE job_pc SET state = 'cancelled', since = :now
WHERE job = :job AND state IN ('waiting', 'called', 'ending', 'told', 'started')
