SELECT * FROM member ORDER BY person, person_group
