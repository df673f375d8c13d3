DELETE FROM member WHERE person = :person AND source = 'ldap'
