//! Opening a SQLite file: files, connections, schema, key.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqlSafeStr as _, SqlitePool};

use super::SqliteDatabase;
use super::error::failed;
use super::files::Files;
use super::locks::LockFolder;
use crate::key_holder::KeyHolder;
use crate::opened::Opened;
use crate::{KeySource, StoreError, StoreMode, StoreOptions};

/// How long a statement waits for another process's write before it fails as busy. The store's transactions
/// last milliseconds, so only a stuck process reaches it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that read, each with its thread. They are in nobody's way; more of them only read more at once.
const READERS: u32 = 4;
/// How long a caller waits for a connection: longer than [`BUSY_TIMEOUT`], so that the real reason is reported.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// Every migration, oldest first. A published one never changes.
pub(super) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "connections runs operations",
        include_str!("../../migrations/sqlite/0001_connections_runs_operations.sql"),
    ),
    (2, "locks checkpoints", include_str!("../../migrations/sqlite/0002_locks_checkpoints.sql")),
    (
        3,
        "refused credentials unfinished setup callers",
        include_str!("../../migrations/sqlite/0003_refused_credentials_unfinished_setup_callers.sql"),
    ),
    (4, "api keys", include_str!("../../migrations/sqlite/0004_api_keys.sql")),
    (5, "connection details", include_str!("../../migrations/sqlite/0005_connection_details.sql")),
    (6, "events", include_str!("../../migrations/sqlite/0006_events.sql")),
    (7, "integrations", include_str!("../../migrations/sqlite/0007_integrations.sql")),
    (8, "deployments", include_str!("../../migrations/sqlite/0008_deployments.sql")),
    (9, "upstream", include_str!("../../migrations/sqlite/0009_upstream.sql")),
    (10, "durable events", include_str!("../../migrations/sqlite/0010_durable_events.sql")),
    (11, "upstream to delete", include_str!("../../migrations/sqlite/0011_upstream_to_delete.sql")),
    (12, "refreshes", include_str!("../../migrations/sqlite/0012_refreshes.sql")),
    (13, "requests", include_str!("../../migrations/sqlite/0013_requests.sql")),
    (14, "encryption keys", include_str!("../../migrations/sqlite/0014_encryption_keys.sql")),
];

/// Opens the file that the options name.
pub(crate) async fn open(options: &StoreOptions, file: &Path) -> Result<Opened, StoreError> {
    let files = Files::of(file);
    let opening = match options.mode {
        StoreMode::ReadWrite => Some(prepare(files.clone()).await?),
        StoreMode::ReadOnly if !files.database.exists() => {
            return Err(StoreError::DatabaseMissing { path: files.database });
        }
        StoreMode::ReadOnly => None,
    };
    let writer = match options.mode {
        StoreMode::ReadWrite => Some(connect(&files, Kind::Writer).await?),
        StoreMode::ReadOnly => None,
    };
    let readers = connect(&files, Kind::Reader).await?;
    match &writer {
        Some(writer) => migrator().run(writer).await.map_err(migration_failed)?,
        None => check_schema(&readers).await?,
    }
    let (locks, clock) = (LockFolder::new(&files.locks), Arc::clone(&options.clock));
    let name = files.database.clone();
    let key = match &options.key {
        KeySource::Given(key) => KeyHolder::Caller(key.clone()),
        KeySource::File => KeyHolder::File(files.key),
    };
    let database = Box::new(SqliteDatabase { readers, writer, locks, clock, path: files.database });
    Ok(Opened { database, key, name, alone: opening })
}

/// Creates the files and keeps other openers out: neither SQLite's change to WAL mode, nor migrating, nor
/// generating a key can be done by two processes at once.
async fn prepare(files: Files) -> Result<File, StoreError> {
    let prepared = tokio::task::spawn_blocking(move || {
        files.create()?;
        LockFolder::new(&files.locks).opening()
    });
    prepared.await.unwrap_or(Err(StoreError::Internal { action: "create the store's files" }))
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Writer,
    Reader,
}

async fn connect(files: &Files, kind: Kind) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(&files.database)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // FULL, not NORMAL: in WAL mode NORMAL may lose the last commits when the machine loses power, and by
        // then a function has acted on them outside (a webhook registered for a connection that is gone).
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let (options, connections) = match kind {
        // What is deleted is overwritten where that costs nothing: a key that was replaced, above all.
        Kind::Writer => (options.journal_mode(SqliteJournalMode::Wal).pragma("secure_delete", "FAST"), 1),
        // SQLite's own read-only mode would leave its side files behind when it closes.
        Kind::Reader => (options.pragma("query_only", "ON"), READERS),
    };
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        // SQLite takes a transaction back by itself where it cannot go on, as on a full disk. The driver does not notice: for it
        // the connection would be in the middle of one for ever, and could begin none.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(options)
        .await
        .map_err(failed)
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, description, sql)| {
        let description = Cow::Borrowed(*description);
        Migration::new(*version, description, MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

fn migration_failed(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(found) => StoreError::SchemaNewer { found },
        // A disk that is full, a page that is damaged: it has a name of its own.
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => match failed(error) {
            StoreError::Database(error) => StoreError::Migration(error),
            named => named,
        },
        other => StoreError::Migration(Box::new(other)),
    }
}

/// The schema must be exactly this program's.
async fn check_schema(readers: &SqlitePool) -> Result<(), StoreError> {
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    let found: Option<i64> =
        match sqlx::query("SELECT MAX(version) AS version FROM _sqlx_migrations").fetch_one(readers).await {
            Ok(row) => row.try_get("version").map_err(failed)?,
            // An empty file: somebody is about to create the schema, or nobody ever did.
            Err(sqlx::Error::Database(error)) if error.message().contains("no such table") => None,
            Err(error) => return Err(failed(error)),
        };
    match found {
        Some(found) if found == known => Ok(()),
        Some(found) if found > known => Err(StoreError::SchemaNewer { found }),
        _ => Err(StoreError::SchemaOlder),
    }
}
