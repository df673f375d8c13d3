SELECT * FROM person WHERE subject = :subject
