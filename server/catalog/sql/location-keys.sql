SELECT location, kind, value FROM location_key WHERE location = :location ORDER BY kind, value
