DELETE FROM location_key WHERE location = :location
