CREATE TABLE upload (
    id BIGINT PRIMARY KEY,
    person BIGINT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    metadata TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    received BIGINT NOT NULL,
    state TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    sentence TEXT NOT NULL,
    made BIGINT NOT NULL,
    changed BIGINT NOT NULL
);
CREATE INDEX upload_owner ON upload (person, owner, id);
CREATE INDEX upload_state ON upload (state, changed);
INSERT INTO counter (name, value) VALUES ('upload', 0);
ALTER TABLE person ADD COLUMN upload_quota BIGINT;
