UPDATE upload SET changed = :changed WHERE state IN ('open', 'refused')
