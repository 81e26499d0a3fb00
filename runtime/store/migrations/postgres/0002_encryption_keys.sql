-- The keys that values are sealed with: one, and a second one while it is being replaced. They are not here; what is, tells
-- a right key from a wrong one. Each sealed value names its key.
CREATE TABLE encryption_keys (
    -- What values say of their key: the beginning of a hash of it.
    id BYTEA NOT NULL PRIMARY KEY,
    -- 'current': what is sealed from now on is sealed with it. 'retiring': what it has sealed is still opened with it.
    state TEXT COLLATE "C" NOT NULL UNIQUE CHECK (state IN ('current', 'retiring')),
    -- A known text, sealed with the key.
    canary BYTEA NOT NULL,
    -- The key, sealed with the other one, so that whoever has one of them has both until the old one has gone.
    wrapped BYTEA,
    created_at BIGINT NOT NULL
);
