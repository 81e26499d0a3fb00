-- Times are milliseconds since 1970-01-01T00:00:00Z. JSON is kept as text. Sealed values are BLOBs that only
-- the encryption key opens; no other column ever holds a credential.

-- One row: a known text, sealed. A key that cannot open it is the wrong key.
CREATE TABLE encryption_canary (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    sealed BLOB    NOT NULL
);

CREATE TABLE connections (
    id                   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    environment          TEXT    NOT NULL,
    integration          TEXT    NOT NULL,
    connection_id        TEXT    NOT NULL,
    provider             TEXT    NOT NULL,
    -- 'pending' while its creation has not been accepted; only its own runs see it until then.
    state                TEXT    NOT NULL CHECK (state IN ('pending', 'established')),
    credentials          BLOB    NOT NULL,
    connection_config    TEXT    NOT NULL,
    -- NULL until metadata is first written.
    metadata             TEXT,
    metadata_version     INTEGER NOT NULL DEFAULT 0,
    -- JSON object: top-level metadata key -> 'user' or a function's full name.
    metadata_writers     TEXT    NOT NULL DEFAULT '{}',
    -- These three are set together: the connection is refresh_exhausted, since when, and which run found it.
    auth_error_run_id    TEXT,
    auth_error_message   TEXT,
    last_refresh_failure INTEGER,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    UNIQUE (environment, integration, connection_id),
    CHECK ((auth_error_run_id IS NULL) = (auth_error_message IS NULL)),
    CHECK ((auth_error_run_id IS NULL) = (last_refresh_failure IS NULL))
);

-- A run outlives its connection, so nothing refers to `connections`.
CREATE TABLE runs (
    run_id        TEXT    NOT NULL,
    attempt       INTEGER NOT NULL,
    environment   TEXT    NOT NULL,
    integration   TEXT    NOT NULL,
    connection_id TEXT    NOT NULL,
    function      TEXT    NOT NULL,
    -- Both are null for an action.
    event         TEXT,
    operation     TEXT,
    outcome       TEXT    NOT NULL,
    started_at    INTEGER NOT NULL,
    wall_us       INTEGER NOT NULL,
    -- The whole report, already redacted.
    report        TEXT    NOT NULL,
    PRIMARY KEY (run_id, attempt)
);
CREATE INDEX runs_by_time ON runs (environment, started_at, run_id);
CREATE INDEX runs_by_connection ON runs (environment, integration, connection_id, started_at);

-- The journal of lifecycle operations that have begun and not ended: at most one for each connection.
CREATE TABLE operations (
    environment      TEXT    NOT NULL,
    integration      TEXT    NOT NULL,
    connection_id    TEXT    NOT NULL,
    kind             TEXT    NOT NULL CHECK (kind IN ('creation', 'override', 'deletion')),
    -- Names the owner: whoever holds another token has lost the operation.
    token            TEXT    NOT NULL UNIQUE,
    started_at       INTEGER NOT NULL,
    lease_expires_at INTEGER NOT NULL,
    -- Sealed: what an override replaced, so that it can be put back.
    previous         BLOB,
    PRIMARY KEY (environment, integration, connection_id)
);
