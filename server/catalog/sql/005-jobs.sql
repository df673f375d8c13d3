INSERT INTO counter (name, value) VALUES ('job', 0);
CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    wish TEXT NOT NULL,
    state TEXT NOT NULL,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    begun BIGINT,
    ended BIGINT
);
CREATE INDEX job_state ON job (state, id);
CREATE TABLE job_pc (
    job BIGINT NOT NULL REFERENCES job (id),
    pc BIGINT NOT NULL REFERENCES pc (id),
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    called BIGINT NOT NULL,
    woken BIGINT NOT NULL,
    sentence TEXT NOT NULL,
    PRIMARY KEY (job, pc)
);
CREATE INDEX job_pc_pc ON job_pc (pc, state);
CREATE INDEX job_pc_state ON job_pc (state);
