UPDATE entry SET position = :position WHERE id = :id
