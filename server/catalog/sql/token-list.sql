SELECT access_token.*, person.name AS person_name FROM access_token LEFT JOIN person ON person.id = access_token.person
ORDER BY person.name, access_token.name, access_token.id
