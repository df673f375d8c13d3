DELETE FROM member WHERE person = :person AND source = 'given'
