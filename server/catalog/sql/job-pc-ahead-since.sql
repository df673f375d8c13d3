UPDATE job_pc SET since = :now WHERE job = :job AND state IN ('called', 'ending', 'told', 'started') AND since > :latest
