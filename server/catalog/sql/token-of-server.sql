SELECT access_token.*, person.name AS person_name FROM access_token LEFT JOIN person ON person.id = access_token.person
WHERE access_token.person IS NULL AND access_token.name = :name
