SELECT person.id, person.name, person.source, session.csrf
FROM session JOIN person ON person.id = session.person
WHERE session.hash = :hash AND session.expires > :now AND session.expires <= :latest AND person.enabled
