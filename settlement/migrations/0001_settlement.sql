-- Times are nanoseconds since 1970 (UTC), amounts micro-units of their currency, flags 0 or 1.
-- Only what SQLite and PostgreSQL both understand.

-- Where the event log is taken up, and the next command's place in the outbox; one row.
CREATE TABLE progress (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    next_position BIGINT NOT NULL,
    next_outbox BIGINT NOT NULL
);
INSERT INTO progress (id, next_position, next_outbox) VALUES (1, 0, 1);

-- Every trade taken from the event log, and the hash of what it said.
CREATE TABLE inbox (
    trade TEXT PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL,
    body_hash TEXT NOT NULL
);

-- One row for each instance of each trade.
CREATE TABLE reassignments (
    id TEXT PRIMARY KEY NOT NULL,
    trade TEXT NOT NULL REFERENCES inbox (trade),
    position BIGINT NOT NULL,
    symbol TEXT NOT NULL,
    provider TEXT NOT NULL,
    slot TEXT NOT NULL,
    old_instance TEXT NOT NULL,
    image TEXT,
    retire BIGINT NOT NULL CHECK (retire IN (0, 1)),
    buyer TEXT NOT NULL,
    seller TEXT NOT NULL,
    currency TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price > 0),
    executed_at BIGINT NOT NULL,
    -- How far it has come, and since when.
    state TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    -- Whether a worker has anything to do here, and when next.
    awake BIGINT NOT NULL CHECK (awake IN (0, 1)),
    due_at BIGINT NOT NULL,
    -- Calls of this step that count, failures in a row, and the round of its tokens.
    attempts BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    round BIGINT NOT NULL,
    task TEXT,
    -- What was learnt on the way.
    generation BIGINT,
    image_digest TEXT,
    new_instance TEXT,
    old_process BIGINT,
    new_process BIGINT,
    address TEXT,
    fence_held BIGINT NOT NULL CHECK (fence_held IN (0, 1)),
    -- The worker that may write to this row: only with this epoch.
    lease_epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE INDEX reassignments_due ON reassignments (awake, due_at);
CREATE INDEX reassignments_slot ON reassignments (provider, slot, position);

-- Every state that a reassignment was in.
CREATE TABLE transitions (
    reassignment TEXT NOT NULL REFERENCES reassignments (id),
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    at BIGINT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (reassignment, number)
);

-- Every call, written before it is made; an open one has no answer.
CREATE TABLE attempts (
    reassignment TEXT NOT NULL REFERENCES reassignments (id),
    number BIGINT NOT NULL,
    action TEXT NOT NULL,
    token TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    answered_at BIGINT,
    outcome TEXT,
    detail TEXT,
    PRIMARY KEY (reassignment, number)
);

-- The cash ledger: rows are only ever added.
CREATE TABLE transfers (
    id TEXT PRIMARY KEY NOT NULL,
    number BIGINT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    at BIGINT NOT NULL,
    CHECK (debit <> credit)
);
CREATE INDEX transfers_subject ON transfers (subject);

-- What the transfers add up to.
CREATE TABLE balances (
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0 OR account = 'external'),
    PRIMARY KEY (account, currency)
);

-- Commands for the engine, until their events are seen.
CREATE TABLE outbox (
    id BIGINT PRIMARY KEY NOT NULL,
    subject TEXT NOT NULL,
    status BIGINT NOT NULL,
    command TEXT NOT NULL,
    submitted BIGINT NOT NULL CHECK (submitted IN (0, 1))
);
CREATE INDEX outbox_subject ON outbox (subject);

-- The instruments, accounts and instances that the event log has shown.
CREATE TABLE instruments (
    symbol TEXT PRIMARY KEY NOT NULL,
    provider TEXT NOT NULL,
    region TEXT NOT NULL,
    instance_type TEXT NOT NULL
);
CREATE TABLE accounts (
    account TEXT PRIMARY KEY NOT NULL,
    provider TEXT NOT NULL
);
CREATE TABLE register (
    provider TEXT NOT NULL,
    slot TEXT NOT NULL,
    instance TEXT NOT NULL,
    account TEXT NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('asked', 'held', 'refused', 'withdrawn', 'retired')),
    PRIMARY KEY (provider, slot)
);

-- What an operator must know.
CREATE TABLE alarms (
    number BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    subject TEXT NOT NULL,
    what TEXT NOT NULL
);
