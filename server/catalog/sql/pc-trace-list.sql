SELECT id, manifest, pc, hardware, session, made, reads FROM pc_trace
WHERE id > :after AND (:manifest = '' OR manifest = :manifest2)
ORDER BY id LIMIT :limit
