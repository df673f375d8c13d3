UPDATE job_pc SET state = :late, since = :now, sentence = :sentence
WHERE job = :job AND state = :state AND since < :limit
