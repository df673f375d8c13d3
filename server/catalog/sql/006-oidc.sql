ALTER TABLE person ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX person_subject ON person (subject);
ALTER TABLE person_group ADD COLUMN oidc TEXT NOT NULL DEFAULT '[]';
UPDATE member SET source = 'given' WHERE source = 'ldap';
