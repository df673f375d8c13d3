UPDATE pc SET state = :state, state_since = :since, seen = :seen WHERE id = :id
