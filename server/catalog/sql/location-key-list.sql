SELECT location, kind, value FROM location_key ORDER BY location, kind, value
