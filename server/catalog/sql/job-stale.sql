SELECT id FROM job WHERE state IN ('done', 'cancelled') ORDER BY id DESC LIMIT 100 OFFSET :kept
