INSERT INTO event (id, kind, object) VALUES (:id, :kind, :object)
