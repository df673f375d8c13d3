SELECT access_token.*, person.name AS person_name FROM access_token LEFT JOIN person ON person.id = access_token.person
WHERE access_token.hash = :hash AND (access_token.expires IS NULL OR access_token.expires > :now)
  AND (access_token.person IS NULL OR person.enabled)
