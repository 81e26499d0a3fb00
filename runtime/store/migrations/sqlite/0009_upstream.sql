-- In front of a Nango: which of its connections are known here, and what was decided about them. Their credentials stay
-- where they are.
CREATE TABLE upstream_connections (
    environment   TEXT    NOT NULL,
    integration   TEXT    NOT NULL,
    connection_id TEXT    NOT NULL,
    -- Nango's number of it: another one is another connection.
    upstream_id   INTEGER NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('known', 'accepted', 'rejected', 'deleted_behind')),
    -- Of a rejected one: what the validation said, and which run that was.
    message       TEXT,
    run_id        TEXT,
    first_seen_at INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    PRIMARY KEY (environment, integration, connection_id),
    CHECK ((state = 'rejected') = (message IS NOT NULL))
);

-- Nango's webhooks that were taken, so that none counts twice.
CREATE TABLE upstream_webhooks (
    environment TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    taken_at    INTEGER NOT NULL,
    PRIMARY KEY (environment, id)
);
CREATE INDEX upstream_webhooks_by_time ON upstream_webhooks (environment, taken_at);

-- When the list of Nango's connections was last compared with what is known here.
CREATE TABLE upstream_comparisons (
    environment TEXT    NOT NULL PRIMARY KEY,
    compared_at INTEGER NOT NULL
);
