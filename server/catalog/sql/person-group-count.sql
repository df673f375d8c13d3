SELECT COUNT(*) AS count FROM person_group
