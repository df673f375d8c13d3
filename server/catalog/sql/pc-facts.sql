UPDATE pc
SET uuid = :uuid, mac = :mac, hardware = :hardware, address = :address, seen = :seen
WHERE id = :id
