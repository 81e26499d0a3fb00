-- Whose a connection is, in the product's words.
ALTER TABLE connections ADD COLUMN end_user_id TEXT;
ALTER TABLE connections ADD COLUMN end_user_display_name TEXT;
ALTER TABLE connections ADD COLUMN end_user_email TEXT;
-- JSON object of texts.
ALTER TABLE connections ADD COLUMN end_user_tags TEXT;
ALTER TABLE connections ADD COLUMN organization_id TEXT;
ALTER TABLE connections ADD COLUMN organization_display_name TEXT;
-- JSON object of texts; each of them is also a row of connection_tags, for searching.
ALTER TABLE connections ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
ALTER TABLE connections ADD COLUMN webhook_url_override TEXT;
ALTER TABLE connections ADD COLUMN last_fetched_at INTEGER;

CREATE INDEX connections_by_connection_id ON connections (environment, connection_id);
CREATE INDEX connections_by_end_user ON connections (environment, end_user_id);
CREATE INDEX connections_by_organization ON connections (environment, organization_id);
-- Lists begin with the newest.
CREATE INDEX connections_by_number ON connections (environment, id);

CREATE TABLE connection_tags (
    environment   TEXT NOT NULL,
    integration   TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    name          TEXT NOT NULL,
    value         TEXT NOT NULL,
    PRIMARY KEY (environment, integration, connection_id, name),
    FOREIGN KEY (environment, integration, connection_id)
        REFERENCES connections (environment, integration, connection_id) ON DELETE CASCADE
);
CREATE INDEX connection_tags_by_value ON connection_tags (environment, name, value);
