WITH RECURSIVE above (id, parent, depth) AS (
    SELECT id, parent, 1 FROM location WHERE id = :id
    UNION ALL
    SELECT location.id, location.parent, above.depth + 1 FROM location JOIN above ON location.id = above.parent
)
SELECT id FROM above ORDER BY depth
