INSERT INTO pc_person (pc, person, since) VALUES (:pc, :person, :since)
