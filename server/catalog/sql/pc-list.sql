SELECT * FROM pc
WHERE id > :after AND (:state = '' OR state = :state2)
  AND (:asking = 0 OR (asking_key <> '' AND (pc_key IS NULL OR pc_key <> asking_key)))
ORDER BY id LIMIT :limit
