CREATE TABLE pc_person (
    pc BIGINT PRIMARY KEY REFERENCES pc (id) ON DELETE CASCADE,
    person BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    since BIGINT NOT NULL
);
CREATE INDEX pc_person_person ON pc_person (person);
CREATE TABLE pc_login (
    pc BIGINT PRIMARY KEY REFERENCES pc (id) ON DELETE CASCADE,
    code TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    asked BIGINT NOT NULL,
    pause BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE TABLE favourite (
    person BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    entry BIGINT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    PRIMARY KEY (person, entry)
);
CREATE INDEX favourite_entry ON favourite (entry);
