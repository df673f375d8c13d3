DELETE FROM session WHERE expires <= :now
