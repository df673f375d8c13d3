UPDATE pc SET asking_key = :key, asking_kept = :kept, asked = :asked WHERE id = :id
