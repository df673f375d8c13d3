INSERT INTO counter (name, value) VALUES ('location', 0);
INSERT INTO counter (name, value) VALUES ('hardware', 0);
INSERT INTO counter (name, value) VALUES ('rule', 0);
CREATE TABLE location (
    id BIGINT PRIMARY KEY,
    parent BIGINT REFERENCES location (id),
    name_de TEXT NOT NULL,
    name_en TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX location_parent ON location (parent);
CREATE TABLE location_key (
    value TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    location BIGINT NOT NULL REFERENCES location (id)
);
CREATE INDEX location_key_location ON location_key (location);
CREATE TABLE hardware_class (
    id BIGINT PRIMARY KEY,
    definition TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE rule (
    id BIGINT PRIMARY KEY,
    definition TEXT NOT NULL,
    position BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE rule_use (
    rule BIGINT NOT NULL REFERENCES rule (id),
    location BIGINT REFERENCES location (id),
    hardware BIGINT REFERENCES hardware_class (id),
    entry BIGINT REFERENCES entry (id)
);
CREATE INDEX rule_use_rule ON rule_use (rule);
CREATE INDEX rule_use_location ON rule_use (location);
CREATE INDEX rule_use_hardware ON rule_use (hardware);
CREATE INDEX rule_use_entry ON rule_use (entry);
