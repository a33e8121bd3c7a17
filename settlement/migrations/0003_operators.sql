-- Where a reassignment stood when it was parked, and how long it had been there, in nanoseconds.
ALTER TABLE reassignments ADD COLUMN parked_from TEXT;
ALTER TABLE reassignments ADD COLUMN parked_age BIGINT NOT NULL DEFAULT 0;
-- Whether the market was told that it failed when it was parked, as it was until now.
ALTER TABLE reassignments ADD COLUMN told_failed BIGINT NOT NULL DEFAULT 0 CHECK (told_failed IN (0, 1));
UPDATE reassignments SET told_failed = 1, parked_from = (
    SELECT transitions.state FROM transitions
    WHERE transitions.reassignment = reassignments.id AND transitions.number = (
        SELECT MAX(latest.number) FROM transitions AS latest
        WHERE latest.reassignment = reassignments.id AND latest.state NOT IN ('MANUAL', 'SUSPENDED')))
WHERE state IN ('MANUAL', 'SUSPENDED');

-- What each call asked for, in words.
ALTER TABLE attempts ADD COLUMN request TEXT NOT NULL DEFAULT '';

-- What operators did, with whom or what, and why: rows are only ever added.
CREATE TABLE acts (
    number BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    subject TEXT NOT NULL,
    act TEXT NOT NULL,
    operator TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX acts_subject ON acts (subject);

-- Providers that are not asked at all, and since when.
CREATE TABLE suspended_providers (
    provider TEXT PRIMARY KEY NOT NULL,
    since BIGINT NOT NULL
);
