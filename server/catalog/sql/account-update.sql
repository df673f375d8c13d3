UPDATE account SET password_hash = :hash WHERE name = :name
