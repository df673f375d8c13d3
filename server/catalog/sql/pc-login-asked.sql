UPDATE pc_login SET asked = :asked, pause = :pause WHERE pc = :pc
