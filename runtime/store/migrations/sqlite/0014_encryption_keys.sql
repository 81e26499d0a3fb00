-- The keys that values are sealed with: one, and a second one while it is being replaced. They are not here; what is, tells
-- a right key from a wrong one. Each sealed value names its key.
CREATE TABLE encryption_keys (
    -- What values say of their key: the beginning of a hash of it.
    id         BLOB    NOT NULL PRIMARY KEY,
    -- 'current': what is sealed from now on is sealed with it. 'retiring': what it has sealed is still opened with it.
    state      TEXT    NOT NULL UNIQUE CHECK (state IN ('current', 'retiring')),
    -- A known text, sealed with the key.
    canary     BLOB    NOT NULL,
    -- The key, sealed with the other one, so that whoever has one of them has both until the old one has gone.
    wrapped    BLOB,
    created_at INTEGER NOT NULL
);
