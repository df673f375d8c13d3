SELECT COUNT(*) AS uploads, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes, CAST(COALESCE(SUM(bytes - received), 0) AS BIGINT) AS awaited
FROM upload WHERE state <> 'refused'
