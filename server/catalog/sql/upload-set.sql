UPDATE upload SET received = :received, state = :state, sha256 = :sha256, sentence = :sentence, changed = :changed WHERE id = :id
