INSERT INTO pc_session (hash, pc, kind, pc_key, expires) VALUES (:hash, :pc, :kind, :key, :expires)
