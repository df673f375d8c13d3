SELECT password_hash FROM account WHERE name = :name
