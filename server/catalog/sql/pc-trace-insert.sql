INSERT INTO pc_trace (id, manifest, pc, hardware, session, made, reads, content)
VALUES (:id, :manifest, :pc, :hardware, :session, :made, :reads, :content)
