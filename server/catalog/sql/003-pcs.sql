INSERT INTO counter (name, value) VALUES ('pc', 0);
INSERT INTO counter (name, value) VALUES ('pc-boot', 0);
INSERT INTO counter (name, value) VALUES ('pc-command', 0);
ALTER TABLE location ADD COLUMN audiences TEXT NOT NULL DEFAULT '[]';
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE pc (
    id BIGINT PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    uuid TEXT NOT NULL,
    mac TEXT NOT NULL,
    hardware TEXT NOT NULL,
    address TEXT NOT NULL,
    pc_key TEXT UNIQUE,
    key_kept TEXT NOT NULL,
    confirmed BIGINT NOT NULL,
    confirmed_by TEXT NOT NULL,
    asking_key TEXT NOT NULL,
    asking_kept TEXT NOT NULL,
    asked BIGINT NOT NULL,
    state TEXT NOT NULL,
    state_since BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    created BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX pc_seen ON pc (seen);
CREATE TABLE pc_session (
    hash TEXT PRIMARY KEY,
    pc BIGINT NOT NULL REFERENCES pc (id),
    kind TEXT NOT NULL,
    pc_key TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX pc_session_pc ON pc_session (pc);
CREATE TABLE pc_boot_token (
    hash TEXT PRIMARY KEY,
    pc BIGINT NOT NULL REFERENCES pc (id),
    record TEXT NOT NULL,
    pc_key TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX pc_boot_token_pc ON pc_boot_token (pc);
CREATE TABLE pc_boot (
    id BIGINT PRIMARY KEY,
    pc BIGINT NOT NULL REFERENCES pc (id),
    boot_id TEXT NOT NULL,
    begun BIGINT NOT NULL,
    record TEXT NOT NULL,
    number BIGINT NOT NULL,
    stages TEXT NOT NULL,
    system_stages TEXT NOT NULL,
    ended BIGINT,
    ending TEXT NOT NULL
);
CREATE INDEX pc_boot_pc ON pc_boot (pc, id);
CREATE TABLE pc_command (
    id BIGINT PRIMARY KEY,
    pc BIGINT NOT NULL REFERENCES pc (id),
    action TEXT NOT NULL,
    record TEXT NOT NULL,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    taken BIGINT,
    outcome TEXT NOT NULL
);
CREATE INDEX pc_command_pc ON pc_command (pc, id);
INSERT INTO counter (name, value) VALUES ('pc-trace', 0);
CREATE TABLE pc_trace (
    id BIGINT PRIMARY KEY,
    manifest TEXT NOT NULL,
    pc BIGINT NOT NULL REFERENCES pc (id),
    hardware TEXT NOT NULL,
    session TEXT NOT NULL,
    made BIGINT NOT NULL,
    reads BIGINT NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX pc_trace_manifest ON pc_trace (manifest, id);
CREATE INDEX pc_trace_pc ON pc_trace (pc);
