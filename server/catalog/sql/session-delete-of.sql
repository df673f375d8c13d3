DELETE FROM session WHERE account = :account
