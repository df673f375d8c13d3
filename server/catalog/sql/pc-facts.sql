UPDATE pc
SET uuid = :uuid, mac = :mac, hardware = :hardware, dhcp = :dhcp, address = :address, seen = :seen
WHERE id = :id
