SELECT COALESCE(person.name, person_group.name) AS name FROM role_grant
LEFT JOIN person ON person.id = role_grant.person LEFT JOIN person_group ON person_group.id = role_grant.person_group
WHERE role_grant.role = :id LIMIT 1
