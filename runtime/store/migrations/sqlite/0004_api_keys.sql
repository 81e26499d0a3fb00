-- Secret keys of the HTTP API. The secret is not here: only its SHA-256, by which it is found.
CREATE TABLE api_keys (
    environment TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    secret_hash BLOB    NOT NULL UNIQUE,
    -- JSON array of texts.
    scopes      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    -- From then on it is nobody's key.
    revoked_at  INTEGER,
    PRIMARY KEY (environment, id)
);

-- What webhooks to the operator's app are signed with: one for each environment, sealed.
CREATE TABLE webhook_signing_keys (
    environment TEXT    NOT NULL PRIMARY KEY,
    sealed      BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
);
