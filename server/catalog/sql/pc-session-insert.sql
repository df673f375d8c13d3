INSERT INTO pc_session (hash, pc, kind, pc_key, proven_key, expires)
VALUES (:hash, :pc, :kind, :key, :proven, :expires)
