-- The HTTP request that led to a run, or to an event; NULL where none did.
ALTER TABLE runs ADD COLUMN request_id TEXT;
ALTER TABLE events ADD COLUMN request_id TEXT;

-- Few runs of the many have the id that somebody looks for.
CREATE INDEX runs_of_request ON runs (environment, request_id) WHERE request_id IS NOT NULL;
