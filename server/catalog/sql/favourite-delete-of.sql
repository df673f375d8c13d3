DELETE FROM favourite WHERE person = :person
