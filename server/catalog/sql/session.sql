SELECT account, csrf FROM session WHERE hash = :hash AND expires > :now
