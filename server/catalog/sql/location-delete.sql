DELETE FROM location WHERE id = :id
