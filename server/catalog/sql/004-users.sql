INSERT INTO counter (name, value) VALUES ('user', 0);
INSERT INTO counter (name, value) VALUES ('group', 0);
INSERT INTO counter (name, value) VALUES ('role', 1);
INSERT INTO counter (name, value) VALUES ('token', 0);
INSERT INTO counter (name, value) VALUES ('audit', 0);
CREATE TABLE person (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    source TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE person_group (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    ldap TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE member (
    person BIGINT NOT NULL REFERENCES person (id),
    person_group BIGINT NOT NULL REFERENCES person_group (id),
    source TEXT NOT NULL,
    PRIMARY KEY (person, person_group, source)
);
CREATE INDEX member_person_group ON member (person_group);
CREATE TABLE role (
    id BIGINT PRIMARY KEY,
    name_de TEXT NOT NULL,
    name_en TEXT NOT NULL,
    rights TEXT NOT NULL,
    version BIGINT NOT NULL
);
INSERT INTO role (id, name_de, name_en, rights, version) VALUES (1, 'Alle Rechte', 'All rights', '["*"]', 1);
CREATE TABLE role_grant (
    role BIGINT NOT NULL REFERENCES role (id),
    person BIGINT REFERENCES person (id),
    person_group BIGINT REFERENCES person_group (id),
    location BIGINT REFERENCES location (id),
    object TEXT NOT NULL
);
CREATE INDEX role_grant_role ON role_grant (role);
CREATE INDEX role_grant_person ON role_grant (person);
CREATE INDEX role_grant_person_group ON role_grant (person_group);
CREATE INDEX role_grant_location ON role_grant (location);
INSERT INTO person (id, name, full_name, source, password_hash, enabled, version)
SELECT ROW_NUMBER() OVER (ORDER BY name), name, '', 'local', password_hash, TRUE, 1 FROM account;
INSERT INTO role_grant (role, person, object) SELECT 1, id, '' FROM person;
UPDATE counter SET value = (SELECT COUNT(*) FROM person) WHERE name = 'user';
DROP TABLE session;
DROP TABLE account;
CREATE TABLE session (
    hash TEXT PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES person (id),
    csrf TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person);
CREATE TABLE access_token (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    person BIGINT REFERENCES person (id),
    hash TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT
);
CREATE INDEX access_token_person ON access_token (person);
INSERT INTO access_token (id, name, hash, scope, created)
SELECT ROW_NUMBER() OVER (ORDER BY name), name, hash, '[{"rights": ["*"]}]', created FROM token;
UPDATE counter SET value = (SELECT COUNT(*) FROM access_token) WHERE name = 'token';
DROP TABLE token;
CREATE TABLE audit (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    person TEXT NOT NULL,
    token TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    before_change TEXT NOT NULL,
    after_change TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_object ON audit (object, id);
CREATE INDEX audit_person ON audit (person, id);
