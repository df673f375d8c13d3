UPDATE pc
SET pc_key = NULL, key_kept = '', confirmed = 0, confirmed_by = '', asking_key = '', asking_kept = '',
    version = version + 1
WHERE id = :id
