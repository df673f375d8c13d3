ALTER TABLE record ADD COLUMN state TEXT NOT NULL DEFAULT 'published';
CREATE TABLE series (
    type TEXT NOT NULL,
    series TEXT NOT NULL,
    current BIGINT,
    lowest BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (type, series)
);
INSERT INTO series (type, series, current, lowest, version)
SELECT type, series, MAX(number), NULL, 1 FROM record GROUP BY type, series;
ALTER TABLE entry ADD COLUMN offering TEXT NOT NULL DEFAULT '{}';
ALTER TABLE entry ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
