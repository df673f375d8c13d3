DELETE FROM access_token WHERE person = :person
