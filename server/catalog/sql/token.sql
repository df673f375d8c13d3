SELECT name FROM token WHERE hash = :hash
