INSERT INTO pc_login (pc, code, address, state, asked, pause, expires)
VALUES (:pc, :code, :address, 'waiting', 0, :pause, :expires)
