INSERT INTO upload (id, person, owner, name, metadata, bytes, received, state, sha256, sentence, made, changed)
VALUES (:id, :person, :owner, :name, :metadata, :bytes, 0, :state, :sha256, '', :made, :changed)
