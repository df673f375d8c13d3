SELECT * FROM pc_trace WHERE id = :id
