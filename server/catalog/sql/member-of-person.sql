SELECT * FROM member WHERE person = :person ORDER BY person_group
