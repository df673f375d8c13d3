UPDATE hardware_class SET definition = :definition, version = :version WHERE id = :id
