INSERT INTO location_key (value, kind, location) VALUES (:value, :kind, :location)
