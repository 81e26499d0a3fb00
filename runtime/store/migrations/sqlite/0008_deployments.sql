-- What functions are made of, each file once: JavaScript that is ready to run, found by its hash. An environment may
-- move to another database, so nothing is shared between two of them.
CREATE TABLE modules (
    environment TEXT NOT NULL,
    -- SHA-256 of all that follows, in hexadecimal digits.
    hash        TEXT NOT NULL,
    path        TEXT NOT NULL,
    -- JSON.
    format      TEXT NOT NULL,
    code        TEXT NOT NULL,
    source_map  BLOB,
    -- JSON array.
    imports     TEXT NOT NULL,
    PRIMARY KEY (environment, hash)
);

-- A function as it was deployed. A row never changes.
CREATE TABLE function_versions (
    environment     TEXT    NOT NULL,
    integration     TEXT    NOT NULL,
    function        TEXT    NOT NULL,
    -- Nango's name of its kind: an action may have the name of an event function.
    type            TEXT    NOT NULL CHECK (type IN ('on-event', 'action')),
    -- 1, 2, … of this function.
    version         INTEGER NOT NULL,
    -- SHA-256 of all that it is, its modules included, in hexadecimal digits.
    hash            TEXT    NOT NULL,
    -- JSON.
    kind            TEXT    NOT NULL,
    description     TEXT,
    path            TEXT    NOT NULL,
    -- JSON.
    metadata_schema TEXT,
    -- What its author wrote, to be shown.
    source          TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (environment, integration, function, type, version),
    UNIQUE (environment, integration, function, type, hash)
);

CREATE TABLE function_version_modules (
    environment TEXT    NOT NULL,
    integration TEXT    NOT NULL,
    function    TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    -- 0 is the function's own file.
    position    INTEGER NOT NULL,
    module_hash TEXT    NOT NULL,
    PRIMARY KEY (environment, integration, function, type, version, position),
    FOREIGN KEY (environment, integration, function, type, version)
        REFERENCES function_versions (environment, integration, function, type, version) ON DELETE CASCADE,
    FOREIGN KEY (environment, module_hash) REFERENCES modules (environment, hash)
);
CREATE INDEX function_version_modules_by_module ON function_version_modules (environment, module_hash);

-- An immutable set of function versions.
CREATE TABLE deployments (
    environment TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (environment, id)
);

CREATE TABLE deployment_functions (
    environment   TEXT    NOT NULL,
    deployment_id TEXT    NOT NULL,
    -- The functions of an event run in this order.
    position      INTEGER NOT NULL,
    integration   TEXT    NOT NULL,
    function      TEXT    NOT NULL,
    type          TEXT    NOT NULL,
    version       INTEGER NOT NULL,
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
    environment   TEXT    NOT NULL,
    -- 1, 2, … in the environment.
    position      INTEGER NOT NULL,
    deployment_id TEXT    NOT NULL,
    act           TEXT    NOT NULL CHECK (act IN ('deploy', 'rollback')),
    at            INTEGER NOT NULL,
    author        TEXT,
    message       TEXT,
    -- The program that asked for it.
    client        TEXT    NOT NULL,
    PRIMARY KEY (environment, position)
);

-- The deployment that a run ran on; NULL with the functions of a project folder.
ALTER TABLE runs ADD COLUMN deployment TEXT;
