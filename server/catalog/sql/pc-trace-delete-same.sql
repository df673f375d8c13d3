DELETE FROM pc_trace WHERE pc = :pc AND session = :session
