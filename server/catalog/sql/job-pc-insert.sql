INSERT INTO job_pc (job, pc, state, since, turn, called, woken, sentence)
VALUES (:job, :pc, 'waiting', :since, :turn, 0, 0, '')
