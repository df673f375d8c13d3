INSERT INTO favourite (person, entry, position) VALUES (:person, :entry, :position)
