INSERT INTO pc_command (id, pc, action, record, made, made_by, outcome)
VALUES (:id, :pc, :action, :record, :made, :by, '')
