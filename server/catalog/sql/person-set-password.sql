UPDATE person SET password_hash = :hash WHERE id = :id
