UPDATE job_pc SET since = :now WHERE state IN ('called', 'ending', 'told', 'started')
