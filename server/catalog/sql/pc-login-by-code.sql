SELECT * FROM pc_login WHERE code = :code AND state = 'waiting' AND expires > :now AND expires <= :latest
