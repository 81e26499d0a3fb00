-- What a connection's credentials are: 'refused' once a reconnect with them was not accepted. They stay, for whoever
-- asks why; what was accepted last stays beside them, sealed, because cleanup has to work with that.
ALTER TABLE connections ADD COLUMN credentials_state TEXT NOT NULL DEFAULT 'accepted'
    CHECK (credentials_state IN ('accepted', 'refused'));
ALTER TABLE connections ADD COLUMN accepted BLOB;
-- Until now nothing but a refused reconnect marked a connection, and what was accepted before it was not kept.
UPDATE connections SET credentials_state = 'refused' WHERE auth_error_run_id IS NOT NULL;

-- Since when the setup of an accepted connection has begun and not come to its end.
ALTER TABLE connections ADD COLUMN unfinished_setup_since INTEGER;

-- The run that triggered this one, an action.
ALTER TABLE runs ADD COLUMN caller_run_id TEXT;
