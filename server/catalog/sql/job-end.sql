UPDATE job SET state = :state, ended = :ended WHERE id = :id
