UPDATE job_pc SET woken = 0 WHERE job = :job AND woken > :latest
