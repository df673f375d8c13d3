WITH RECURSIVE below (id, height) AS (
    SELECT id, 1 FROM location WHERE id = :id
    UNION ALL
    SELECT location.id, below.height + 1 FROM location JOIN below ON location.parent = below.id
)
SELECT MAX(height) AS height FROM below
