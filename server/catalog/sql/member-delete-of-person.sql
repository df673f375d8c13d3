DELETE FROM member WHERE person = :person
