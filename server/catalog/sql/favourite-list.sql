SELECT entry FROM favourite WHERE person = :person ORDER BY position, entry
