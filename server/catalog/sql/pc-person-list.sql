SELECT pc_person.*, pc.name FROM pc_person JOIN pc ON pc.id = pc_person.pc
WHERE pc_person.person = :person ORDER BY pc_person.since, pc_person.pc
