SELECT * FROM job WHERE state IN ('planned', 'running') ORDER BY id
