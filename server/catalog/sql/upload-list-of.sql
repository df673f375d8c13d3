SELECT * FROM upload WHERE person = :person AND (person <> 0 OR owner = :owner) ORDER BY id
