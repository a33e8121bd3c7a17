-- What sweeps have found: a row for each difference between a provider's listing of our custody and the register.
CREATE TABLE findings (
    number BIGINT PRIMARY KEY NOT NULL,
    provider TEXT NOT NULL,
    slot TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    -- Sweeps in a row that saw it.
    sightings BIGINT NOT NULL,
    -- When one saw that it is gone.
    gone_at BIGINT
);
CREATE INDEX findings_slot ON findings (provider, slot, kind);
CREATE INDEX findings_gone ON findings (gone_at);

-- To count what has not ended.
CREATE INDEX reassignments_state ON reassignments (state, executed_at);
