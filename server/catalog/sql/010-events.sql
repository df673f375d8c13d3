CREATE TABLE event (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    object BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('event', 0);
