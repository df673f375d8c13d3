SELECT location.id, location.name_en
FROM location_key JOIN location ON location.id = location_key.location
WHERE location_key.value = :value
