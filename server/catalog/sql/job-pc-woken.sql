UPDATE job_pc SET woken = :woken WHERE job = :job AND pc = :pc
