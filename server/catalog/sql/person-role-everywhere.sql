SELECT role.rights FROM role_grant
JOIN role ON role.id = role_grant.role
JOIN person ON person.id = role_grant.person OR person.id IN
    (SELECT member.person FROM member WHERE member.person_group = role_grant.person_group AND member.source = 'local')
WHERE role_grant.location IS NULL AND role_grant.object = '' AND person.enabled AND person.source = 'local'
  AND person.password_hash <> ''
