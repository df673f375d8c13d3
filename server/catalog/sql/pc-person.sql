SELECT person.* FROM pc_person JOIN person ON person.id = pc_person.person
WHERE pc_person.pc = :pc AND person.enabled
