UPDATE rule SET definition = :definition, position = :position, version = :version WHERE id = :id
