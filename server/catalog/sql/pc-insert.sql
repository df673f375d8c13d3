INSERT INTO pc (id, identity, name, uuid, mac, hardware, address, key_kept, confirmed, confirmed_by, asking_key,
                asking_kept, asked, state, state_since, seen, created, version)
VALUES (:id, :identity, '', '', '', '{}', '', '', 0, '', '', '', 0, 'off', :created1, :created2, :created3, 1)
