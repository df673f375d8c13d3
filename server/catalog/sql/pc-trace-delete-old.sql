DELETE FROM pc_trace
WHERE manifest = :manifest
  AND id NOT IN (SELECT id FROM pc_trace WHERE manifest = :manifest2 ORDER BY id DESC LIMIT 50)
