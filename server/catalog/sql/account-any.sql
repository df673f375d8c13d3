SELECT name FROM account LIMIT 1
