-- Integrations that were made over the HTTP API; those of a configuration file are not here.
CREATE TABLE integrations (
    environment        TEXT    NOT NULL,
    unique_key         TEXT    NOT NULL,
    provider           TEXT    NOT NULL,
    display_name       TEXT,
    -- Sealed JSON: the credentials of the app at the provider.
    credentials        BLOB,
    -- JSON objects: what the provider's template asks for, and what it does not know.
    integration_config TEXT    NOT NULL,
    custom             TEXT    NOT NULL,
    -- 0 or 1: whether the provider's webhooks go on to the operator's app.
    forward_webhooks   INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    PRIMARY KEY (environment, unique_key)
);
