INSERT INTO job (id, wish, state, made, made_by) VALUES (:id, :wish, 'planned', :made, :by)
