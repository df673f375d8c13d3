UPDATE pc_session SET expires = :expires WHERE hash = :hash
