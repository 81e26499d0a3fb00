-- Locks that runs take by name, for all functions of an environment. A row whose time has passed is no lock.
CREATE TABLE run_locks (
    environment TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    -- The run that holds it.
    run_id      TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (environment, name)
);
CREATE INDEX run_locks_by_run ON run_locks (run_id);
CREATE INDEX run_locks_by_time ON run_locks (expires_at);

-- What a function remembers of a connection from run to run. It goes with its connection.
CREATE TABLE checkpoints (
    environment   TEXT    NOT NULL,
    integration   TEXT    NOT NULL,
    connection_id TEXT    NOT NULL,
    -- The function's full name.
    function      TEXT    NOT NULL,
    -- NULL once it was cleared; the version goes on.
    value         TEXT,
    version       INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (environment, integration, connection_id, function),
    FOREIGN KEY (environment, integration, connection_id)
        REFERENCES connections (environment, integration, connection_id) ON DELETE CASCADE
);
