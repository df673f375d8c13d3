INSERT INTO rule_use (rule, location, hardware, entry) VALUES (:rule, :location, :hardware, :entry)
