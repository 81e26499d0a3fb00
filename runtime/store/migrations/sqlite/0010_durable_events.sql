-- Events that are tried again, end as dead letters, are replayed and skipped; cleanups among them. What SQLite cannot
-- change of a table is changed by making it anew: nothing refers to this one.
CREATE TABLE events_anew (
    -- Grows in the order of commits.
    position         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id               TEXT    NOT NULL UNIQUE,
    environment      TEXT    NOT NULL,
    integration      TEXT    NOT NULL,
    connection_id    TEXT    NOT NULL,
    kind             TEXT    NOT NULL CHECK (kind IN ('setup', 'action', 'webhook', 'cleanup')),
    -- What must stay in order: events of a connection in one lane. An action has a lane of its own.
    lane             TEXT    NOT NULL,
    function         TEXT,
    operation        TEXT,
    -- Whose code it is meant for; NULL with the functions of a project folder.
    deployment       TEXT,
    -- Sealed JSON.
    payload          BLOB    NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'dead', 'skipped')),
    -- How often it was begun.
    attempt          INTEGER NOT NULL DEFAULT 0,
    -- How many of these were before it was replayed last; NULL where it never was.
    replayed_after   INTEGER,
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
INSERT INTO events_anew (position, id, environment, integration, connection_id, kind, lane, function, operation,
                         deployment, payload, state, attempt, due_at, lease_token, lease_expires_at, error, run_id,
                         result, created_at, finished_at)
SELECT position, id, environment, integration, connection_id, kind, lane, function, operation, deployment, payload,
       -- A setup that failed was not tried again until now. It can be replayed, where its connection is still there.
       CASE WHEN kind = 'setup' AND state = 'failed' AND EXISTS (
           SELECT 1 FROM connections
           WHERE connections.environment = events.environment AND connections.integration = events.integration
             AND connections.connection_id = events.connection_id
             AND connections.created_at <= events.created_at) THEN 'dead' ELSE state END,
       attempt, due_at, lease_token, lease_expires_at, error, run_id, result, created_at, finished_at
FROM events;
DROP TABLE events;
ALTER TABLE events_anew RENAME TO events;

CREATE INDEX events_waiting ON events (environment, integration, connection_id, lane, position)
    WHERE state = 'waiting';
-- A claim looks at what is due of each integration, however much there is that was done or is not due.
CREATE INDEX events_due ON events (environment, integration, due_at, position) WHERE state = 'waiting';
-- Who is at work for whom.
CREATE INDEX events_leased ON events (environment, integration, connection_id) WHERE lease_token IS NOT NULL;
CREATE INDEX events_by_environment ON events (environment, position);
CREATE INDEX events_dead ON events (environment, integration, connection_id, position) WHERE state = 'dead';
CREATE INDEX events_ended ON events (finished_at) WHERE finished_at IS NOT NULL;

-- Until when a connection that was deleted is kept for its cleanup. It is 'pending' then: nobody else sees it. One that
-- was accepted and is not set up yet is 'pending', too, where its integration wants it so.
ALTER TABLE connections ADD COLUMN quarantined_until INTEGER;
CREATE INDEX connections_quarantined ON connections (quarantined_until) WHERE quarantined_until IS NOT NULL;

-- What people did to events, and who.
CREATE TABLE audit (
    environment TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    -- The id of an API key, or 'cli'.
    actor       TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    -- The id of what was acted on.
    subject     TEXT    NOT NULL,
    -- JSON.
    detail      TEXT    NOT NULL,
    PRIMARY KEY (environment, id)
);
CREATE INDEX audit_by_subject ON audit (environment, subject, id);

-- What is old enough is removed, the oldest first.
CREATE INDEX runs_by_age ON runs (started_at);
CREATE INDEX webhook_attempts_by_age ON webhook_attempts (started_at);
CREATE INDEX audit_by_age ON audit (at);
