DELETE FROM session WHERE person = :person AND hash <> :hash
