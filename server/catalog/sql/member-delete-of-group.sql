DELETE FROM member WHERE person_group = :person_group
