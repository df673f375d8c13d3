UPDATE rule SET position = :position WHERE id = :id
