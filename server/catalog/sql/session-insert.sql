INSERT INTO session (hash, account, csrf, expires) VALUES (:hash, :account, :csrf, :expires)
