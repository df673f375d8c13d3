INSERT INTO pc_boot_token (hash, pc, record, pc_key, expires) VALUES (:hash, :pc, :record, :key, :expires)
