CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('revision', 1);
INSERT INTO counter (name, value) VALUES ('entry', 0);
CREATE TABLE entry (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    record_type TEXT NOT NULL,
    record_series TEXT NOT NULL,
    title_de TEXT NOT NULL,
    title_en TEXT NOT NULL,
    description_de TEXT NOT NULL,
    description_en TEXT NOT NULL,
    icon TEXT NOT NULL,
    visible BOOLEAN NOT NULL,
    auto_seconds INTEGER,
    position BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE record (
    type TEXT NOT NULL,
    series TEXT NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    envelope TEXT NOT NULL,
    published BIGINT NOT NULL,
    PRIMARY KEY (type, series, number)
);
CREATE TABLE account (
    name TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL
);
CREATE TABLE session (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (name),
    csrf TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE TABLE token (
    name TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    created BIGINT NOT NULL
);
