SELECT COUNT(*) AS uploads, CAST(COALESCE(SUM(CASE WHEN state <> 'refused' THEN bytes ELSE 0 END), 0) AS BIGINT) AS bytes
FROM upload WHERE person = :person AND (person <> 0 OR owner = :owner)
