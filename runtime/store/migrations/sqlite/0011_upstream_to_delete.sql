-- In front of a Nango: whose first credentials were rejected is deleted there. 1 while Nango has not done it.
ALTER TABLE upstream_connections ADD COLUMN to_delete INTEGER NOT NULL DEFAULT 0
    CHECK (to_delete IN (0, 1) AND (to_delete = 0 OR state = 'rejected'));
