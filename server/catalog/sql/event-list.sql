SELECT id, kind, object FROM event WHERE id > :after ORDER BY id LIMIT :limit
