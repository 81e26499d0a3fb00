-- Refreshes of access tokens: who is at one, so that there is one at a time, and what came of the last ones. A
-- connection whose token was never refreshed has no row.
CREATE TABLE refreshes (
    environment      TEXT    NOT NULL,
    integration      TEXT    NOT NULL,
    connection_id    TEXT    NOT NULL,
    lease_token      TEXT,
    lease_expires_at INTEGER,
    -- When a new token came last.
    refreshed_at     INTEGER,
    -- The last failure since then, if there is one, and whether the provider refused or said nothing.
    failed_at        INTEGER,
    failure          TEXT CHECK (failure IN ('refused', 'unavailable')),
    message          TEXT,
    -- On how many days the provider refused since then, and when it did so last.
    refused_days     INTEGER NOT NULL DEFAULT 0,
    refused_at       INTEGER,
    PRIMARY KEY (environment, integration, connection_id),
    FOREIGN KEY (environment, integration, connection_id)
        REFERENCES connections (environment, integration, connection_id) ON DELETE CASCADE,
    CHECK ((lease_token IS NULL) = (lease_expires_at IS NULL)),
    CHECK ((failed_at IS NULL) = (failure IS NULL)),
    CHECK ((failed_at IS NULL) = (message IS NULL))
);
