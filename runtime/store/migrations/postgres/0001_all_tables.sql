-- Times are milliseconds since 1970-01-01T00:00:00Z. JSON is kept as text. Sealed values are BYTEA that only the
-- encryption key opens; no other column ever holds a credential. Texts sort by their bytes, as in every other database.

-- One row: a known text, sealed. A key that cannot open it is the wrong key.
CREATE TABLE encryption_canary (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sealed BYTEA NOT NULL
);

CREATE TABLE connections (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    -- 'pending' while its creation has not been accepted; only its own runs see it until then.
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'established')),
    credentials BYTEA NOT NULL,
    connection_config TEXT COLLATE "C" NOT NULL,
    -- NULL until metadata is first written.
    metadata TEXT COLLATE "C",
    metadata_version BIGINT NOT NULL DEFAULT 0,
    -- JSON object: top-level metadata key -> 'user' or a function's full name.
    metadata_writers TEXT COLLATE "C" NOT NULL DEFAULT '{}',
    -- These three are set together: the connection is refresh_exhausted, since when, and which run found it.
    auth_error_run_id TEXT COLLATE "C",
    auth_error_message TEXT COLLATE "C",
    last_refresh_failure BIGINT,
    -- What a connection's credentials are: 'refused' once a reconnect with them was not accepted. They stay, for whoever
    -- asks why; what was accepted last stays beside them, sealed, because cleanup has to work with that.
    credentials_state TEXT COLLATE "C" NOT NULL DEFAULT 'accepted' CHECK (credentials_state IN ('accepted', 'refused')),
    accepted BYTEA,
    -- Since when the setup of an accepted connection has begun and not come to its end.
    unfinished_setup_since BIGINT,
    -- Until when a connection that was deleted is kept for its cleanup. It is 'pending' then: nobody else sees it. One
    -- that was accepted and is not set up yet is 'pending', too, where its integration wants it so.
    quarantined_until BIGINT,
    -- Whose it is, in the product's words.
    end_user_id TEXT COLLATE "C",
    end_user_display_name TEXT COLLATE "C",
    end_user_email TEXT COLLATE "C",
    -- JSON object of texts.
    end_user_tags TEXT COLLATE "C",
    organization_id TEXT COLLATE "C",
    organization_display_name TEXT COLLATE "C",
    -- JSON object of texts; each of them is also a row of connection_tags, for searching.
    tags TEXT COLLATE "C" NOT NULL DEFAULT '{}',
    webhook_url_override TEXT COLLATE "C",
    last_fetched_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (environment, integration, connection_id),
    UNIQUE (environment, id),
    CHECK ((auth_error_run_id IS NULL) = (auth_error_message IS NULL)),
    CHECK ((auth_error_run_id IS NULL) = (last_refresh_failure IS NULL))
);
CREATE INDEX connections_by_connection_id ON connections (environment, connection_id);
CREATE INDEX connections_by_end_user ON connections (environment, end_user_id);
CREATE INDEX connections_by_organization ON connections (environment, organization_id);
CREATE INDEX connections_quarantined ON connections (quarantined_until) WHERE quarantined_until IS NOT NULL;

CREATE TABLE connection_tags (
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (environment, integration, connection_id, name),
    FOREIGN KEY (environment, integration, connection_id)
        REFERENCES connections (environment, integration, connection_id) ON DELETE CASCADE
);
CREATE INDEX connection_tags_by_value ON connection_tags (environment, name, value);

-- A run outlives its connection, so nothing refers to `connections`.
CREATE TABLE runs (
    run_id TEXT COLLATE "C" NOT NULL,
    attempt BIGINT NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    function TEXT COLLATE "C" NOT NULL,
    -- Both are null for an action.
    event TEXT COLLATE "C",
    operation TEXT COLLATE "C",
    outcome TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    wall_us BIGINT NOT NULL,
    -- The run that triggered this one, an action.
    caller_run_id TEXT COLLATE "C",
    -- The deployment that it ran on; NULL with the functions of a project folder.
    deployment TEXT COLLATE "C",
    -- The HTTP request that led to it; NULL where none did.
    request_id TEXT COLLATE "C",
    -- The whole report, already redacted.
    report TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (run_id, attempt)
);
CREATE INDEX runs_by_time ON runs (environment, started_at, run_id);
CREATE INDEX runs_by_age ON runs (started_at);
CREATE INDEX runs_of_request ON runs (environment, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX runs_by_connection ON runs (environment, integration, connection_id, started_at);

-- The journal of lifecycle operations that have begun and not ended: at most one for each connection.
CREATE TABLE operations (
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('creation', 'override', 'deletion')),
    -- Names the owner: whoever holds another token has lost the operation.
    token TEXT COLLATE "C" NOT NULL UNIQUE,
    started_at BIGINT NOT NULL,
    lease_expires_at BIGINT NOT NULL,
    -- Sealed: what an override replaced, so that it can be put back.
    previous BYTEA,
    PRIMARY KEY (environment, integration, connection_id)
);

-- Locks that runs take by name, for all functions of an environment. A row whose time has passed is no lock.
CREATE TABLE run_locks (
    environment TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- The run that holds it.
    run_id TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (environment, name)
);
CREATE INDEX run_locks_by_run ON run_locks (run_id);
CREATE INDEX run_locks_by_time ON run_locks (expires_at);

-- What a function remembers of a connection from run to run. It goes with its connection.
CREATE TABLE checkpoints (
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    -- The function's full name.
    function TEXT COLLATE "C" NOT NULL,
    -- NULL once it was cleared; the version goes on.
    value TEXT COLLATE "C",
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (environment, integration, connection_id, function),
    FOREIGN KEY (environment, integration, connection_id)
        REFERENCES connections (environment, integration, connection_id) ON DELETE CASCADE
);

-- Secret keys of the HTTP API. The secret is not here: only its SHA-256, by which it is found.
CREATE TABLE api_keys (
    environment TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    secret_hash BYTEA NOT NULL UNIQUE,
    -- JSON array of texts.
    scopes TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    -- From then on it is nobody's key.
    revoked_at BIGINT,
    PRIMARY KEY (environment, id)
);

-- What webhooks to the operator's app are signed with: one for each environment, sealed.
CREATE TABLE webhook_signing_keys (
    environment TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- What is to be done, and what was: the truth about it, and the outbox. An event outlives its connection.
CREATE TABLE events (
    -- Grows in the order of commits, among events of a connection: whoever inserts one keeps others from it until then.
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('setup', 'action', 'webhook', 'cleanup')),
    -- What must stay in order: events of a connection in one lane. An action has a lane of its own.
    lane TEXT COLLATE "C" NOT NULL,
    function TEXT COLLATE "C",
    operation TEXT COLLATE "C",
    -- Whose code it is meant for; NULL with the functions of a project folder.
    deployment TEXT COLLATE "C",
    -- The HTTP request that led to it; NULL where none did.
    request_id TEXT COLLATE "C",
    -- Sealed JSON.
    payload BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'dead', 'skipped')),
    -- How often it was begun.
    attempt BIGINT NOT NULL DEFAULT 0,
    -- How many of these were before it was replayed last; NULL where it never was.
    replayed_after BIGINT,
    due_at BIGINT NOT NULL,
    -- Its message in PGMQ's queue, and how often that had been read when it was claimed. Both together say who has it.
    message_id BIGINT,
    message_reads BIGINT,
    -- Who works on it, and until when nobody else may.
    lease_token TEXT COLLATE "C",
    lease_expires_at BIGINT,
    -- What went wrong last.
    error TEXT COLLATE "C",
    run_id TEXT COLLATE "C",
    -- Sealed JSON: what an action returned.
    result BYTEA,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (environment, position),
    UNIQUE (position),
    CHECK ((lease_token IS NULL) = (lease_expires_at IS NULL))
);
CREATE INDEX events_waiting ON events (environment, integration, connection_id, lane, position)
    WHERE state = 'waiting';
-- A claim looks at what is due of each integration, however much there is that was done or is not due.
CREATE INDEX events_due ON events (environment, integration, due_at, position) WHERE state = 'waiting';
-- Who is at work for whom.
CREATE INDEX events_leased ON events (environment, integration, connection_id) WHERE lease_token IS NOT NULL;
CREATE INDEX events_dead ON events (environment, integration, connection_id, position) WHERE state = 'dead';
CREATE INDEX events_ended ON events (finished_at) WHERE finished_at IS NOT NULL;

-- Each attempt to deliver a webhook.
CREATE TABLE webhook_attempts (
    environment TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    attempt BIGINT NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    -- NULL where no answer came.
    status BIGINT,
    error TEXT COLLATE "C",
    PRIMARY KEY (environment, event_id, attempt)
);
CREATE INDEX webhook_attempts_by_age ON webhook_attempts (started_at);

-- What people did to events, and who.
CREATE TABLE audit (
    environment TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- The id of an API key, or 'cli'.
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    -- The id of what was acted on.
    subject TEXT COLLATE "C" NOT NULL,
    -- JSON.
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (environment, id)
);
CREATE INDEX audit_by_subject ON audit (environment, subject, id);
CREATE INDEX audit_by_age ON audit (at);

-- Integrations that were made over the HTTP API; those of a configuration file are not here.
CREATE TABLE integrations (
    environment TEXT COLLATE "C" NOT NULL,
    unique_key TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C",
    -- Sealed JSON: the credentials of the app at the provider.
    credentials BYTEA,
    -- JSON objects: what the provider's template asks for, and what it does not know.
    integration_config TEXT COLLATE "C" NOT NULL,
    custom TEXT COLLATE "C" NOT NULL,
    -- 0 or 1: whether the provider's webhooks go on to the operator's app.
    forward_webhooks BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (environment, unique_key)
);

-- What functions are made of, each file once: JavaScript that is ready to run, found by its hash. An environment may
-- move to another database, so nothing is shared between two of them.
CREATE TABLE modules (
    environment TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of all that follows, in hexadecimal digits.
    hash TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    -- JSON.
    format TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    source_map BYTEA,
    -- JSON array.
    imports TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (environment, hash)
);

-- A function as it was deployed. A row never changes.
CREATE TABLE function_versions (
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    function TEXT COLLATE "C" NOT NULL,
    -- Nango's name of its kind: an action may have the name of an event function.
    type TEXT COLLATE "C" NOT NULL CHECK (type IN ('on-event', 'action')),
    -- 1, 2, … of this function.
    version BIGINT NOT NULL,
    -- SHA-256 of all that it is, its modules included, in hexadecimal digits.
    hash TEXT COLLATE "C" NOT NULL,
    -- JSON.
    kind TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    path TEXT COLLATE "C" NOT NULL,
    -- JSON.
    metadata_schema TEXT COLLATE "C",
    -- What its author wrote, to be shown.
    source TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (environment, integration, function, type, version),
    UNIQUE (environment, integration, function, type, hash)
);

CREATE TABLE function_version_modules (
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    function TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    -- 0 is the function's own file.
    position BIGINT NOT NULL,
    module_hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (environment, integration, function, type, version, position),
    FOREIGN KEY (environment, integration, function, type, version)
        REFERENCES function_versions (environment, integration, function, type, version) ON DELETE CASCADE,
    FOREIGN KEY (environment, module_hash) REFERENCES modules (environment, hash)
);
CREATE INDEX function_version_modules_by_module ON function_version_modules (environment, module_hash);

-- An immutable set of function versions.
CREATE TABLE deployments (
    environment TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (environment, id)
);

CREATE TABLE deployment_functions (
    environment TEXT COLLATE "C" NOT NULL,
    deployment_id TEXT COLLATE "C" NOT NULL,
    -- The functions of an event run in this order.
    position BIGINT NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    function TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (environment, deployment_id, position),
    UNIQUE (environment, deployment_id, integration, function, type),
    FOREIGN KEY (environment, deployment_id) REFERENCES deployments (environment, id) ON DELETE CASCADE,
    FOREIGN KEY (environment, integration, function, type, version)
        REFERENCES function_versions (environment, integration, function, type, version)
);
CREATE INDEX deployment_functions_by_version
    ON deployment_functions (environment, integration, function, type, version);

-- Who made which deployment the active one: the last row of an environment says which that is. Rows outlive what they
-- name.
CREATE TABLE deployment_history (
    environment TEXT COLLATE "C" NOT NULL,
    -- 1, 2, … in the environment.
    position BIGINT NOT NULL,
    deployment_id TEXT COLLATE "C" NOT NULL,
    act TEXT COLLATE "C" NOT NULL CHECK (act IN ('deploy', 'rollback')),
    at BIGINT NOT NULL,
    author TEXT COLLATE "C",
    message TEXT COLLATE "C",
    -- The program that asked for it.
    client TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (environment, position)
);

-- In front of a Nango: which of its connections are known here, and what was decided about them. Their credentials stay
-- where they are.
CREATE TABLE upstream_connections (
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    -- Nango's number of it: another one is another connection.
    upstream_id BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('known', 'accepted', 'rejected', 'deleted_behind')),
    -- Of a rejected one: what the validation said, and which run that was.
    message TEXT COLLATE "C",
    run_id TEXT COLLATE "C",
    -- Whose first credentials were rejected is deleted there. 1 while Nango has not done it.
    to_delete BIGINT NOT NULL DEFAULT 0 CHECK (to_delete IN (0, 1) AND (to_delete = 0 OR state = 'rejected')),
    first_seen_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (environment, integration, connection_id),
    CHECK ((state = 'rejected') = (message IS NOT NULL))
);

-- Nango's webhooks that were taken, so that none counts twice.
CREATE TABLE upstream_webhooks (
    environment TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (environment, id)
);
CREATE INDEX upstream_webhooks_by_time ON upstream_webhooks (environment, taken_at);

-- When the list of Nango's connections was last compared with what is known here.
CREATE TABLE upstream_comparisons (
    environment TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    compared_at BIGINT NOT NULL
);

-- Refreshes of access tokens: who is at one, so that there is one at a time, and what came of the last ones. A
-- connection whose token was never refreshed has no row.
CREATE TABLE refreshes (
    environment TEXT COLLATE "C" NOT NULL,
    integration TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    lease_token TEXT COLLATE "C",
    lease_expires_at BIGINT,
    -- When a new token came last.
    refreshed_at BIGINT,
    -- The last failure since then, if there is one, and whether the provider refused or said nothing.
    failed_at BIGINT,
    failure TEXT COLLATE "C" CHECK (failure IN ('refused', 'unavailable')),
    message TEXT COLLATE "C",
    -- On how many days the provider refused since then, and when it did so last.
    refused_days BIGINT NOT NULL DEFAULT 0,
    refused_at BIGINT,
    PRIMARY KEY (environment, integration, connection_id),
    FOREIGN KEY (environment, integration, connection_id)
        REFERENCES connections (environment, integration, connection_id) ON DELETE CASCADE,
    CHECK ((lease_token IS NULL) = (lease_expires_at IS NULL)),
    CHECK ((failed_at IS NULL) = (failure IS NULL)),
    CHECK ((failed_at IS NULL) = (message IS NULL))
);
