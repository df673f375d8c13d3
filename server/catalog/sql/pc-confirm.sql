UPDATE pc
SET pc_key = :key, key_kept = :kept, confirmed = :confirmed, confirmed_by = :by, asking_key = '', asking_kept = '',
    version = version + 1
WHERE id = :id
