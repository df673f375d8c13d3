INSERT INTO audit (id, at, person, token, address, action, object, before_change, after_change)
VALUES (:id, :at, :person, :token, :address, :action, :object, :before_change, :after_change)
