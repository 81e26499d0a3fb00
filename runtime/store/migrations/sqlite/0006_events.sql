-- What is to be done, and what was: the truth about it, and the outbox. An event outlives its connection.
CREATE TABLE events (
    -- Grows in the order of commits.
    position         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id               TEXT    NOT NULL UNIQUE,
    environment      TEXT    NOT NULL,
    integration      TEXT    NOT NULL,
    connection_id    TEXT    NOT NULL,
    kind             TEXT    NOT NULL CHECK (kind IN ('setup', 'action', 'webhook')),
    -- What must stay in order: events of a connection in one lane. An action has a lane of its own.
    lane             TEXT    NOT NULL,
    function         TEXT,
    operation        TEXT,
    -- Whose code it is meant for; NULL with the functions of a project folder.
    deployment       TEXT,
    -- Sealed JSON.
    payload          BLOB    NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'dead')),
    -- How often it was begun.
    attempt          INTEGER NOT NULL DEFAULT 0,
    due_at           INTEGER NOT NULL,
    -- Who works on it, and until when nobody else may.
    lease_token      TEXT,
    lease_expires_at INTEGER,
    -- What went wrong last.
    error            TEXT,
    run_id           TEXT,
    -- Sealed JSON: what an action returned.
    result           BLOB,
    created_at       INTEGER NOT NULL,
    finished_at      INTEGER,
    CHECK ((lease_token IS NULL) = (lease_expires_at IS NULL))
);
CREATE INDEX events_waiting ON events (environment, integration, connection_id, lane, position)
    WHERE state = 'waiting';
-- A claim looks through what waits, however much there is that was done.
CREATE INDEX events_open ON events (position) WHERE state = 'waiting';
CREATE INDEX events_by_environment ON events (environment, position);

-- Each attempt to deliver a webhook.
CREATE TABLE webhook_attempts (
    environment TEXT    NOT NULL,
    event_id    TEXT    NOT NULL,
    attempt     INTEGER NOT NULL,
    url         TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    -- NULL where no answer came.
    status      INTEGER,
    error       TEXT,
    PRIMARY KEY (environment, event_id, attempt)
);
