INSERT INTO member (person, person_group, source) VALUES (:person, :person_group, :source)
