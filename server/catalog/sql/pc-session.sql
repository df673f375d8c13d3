SELECT pc_session.*, pc.pc_key AS confirmed_key
FROM pc_session JOIN pc ON pc.id = pc_session.pc
WHERE hash = :hash AND expires > :now AND expires <= :latest
