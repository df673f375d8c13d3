DELETE FROM pc_login WHERE expires <= :now
