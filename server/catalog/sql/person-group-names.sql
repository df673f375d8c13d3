SELECT DISTINCT person_group.name FROM member JOIN person_group ON person_group.id = member.person_group
WHERE member.person = :person ORDER BY person_group.name
