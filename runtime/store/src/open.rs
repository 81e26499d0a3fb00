//! Opening a store: files, schema, key.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::Clock;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Row as _, SqlSafeStr as _, SqlitePool};

use crate::cipher::{Cipher, Purpose};
use crate::files::Files;
use crate::locks::LockFolder;
use crate::store::Inner;
use crate::{DatabaseUrl, EncryptionKey, KeyError, KeySource, Store, StoreError};

/// How long a statement waits for another process's write before it fails as busy. The store's transactions
/// last milliseconds, so only a stuck process reaches it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Open database connections, each with its thread. One of them writes at a time; the others read.
const MAX_CONNECTIONS: u32 = 8;
/// How long a caller waits for one of them: longer than [`BUSY_TIMEOUT`], so that the real reason is reported.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// What the canary says.
const CANARY: &[u8] = b"onevent";

/// Every migration, oldest first. A published one never changes.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (
        1,
        "connections runs operations",
        include_str!("../migrations/sqlite/0001_connections_runs_operations.sql"),
    ),
    (2, "locks checkpoints", include_str!("../migrations/sqlite/0002_locks_checkpoints.sql")),
];

/// What may be done with the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everything; what is missing is created.
    ReadWrite,
    /// Nothing is created, changed, migrated or rolled back: for a dry run. (While it is open SQLite keeps its
    /// `-wal` and `-shm` files beside the database.)
    ReadOnly,
}

/// How to open a store.
#[derive(Clone)]
pub struct StoreOptions {
    /// The database.
    pub url: DatabaseUrl,
    /// The key to its secrets.
    pub key: KeySource,
    /// What may be done with it.
    pub access: Access,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("url", &self.url)
            .field("key", &self.key)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

pub(crate) async fn open(options: StoreOptions) -> Result<Store, StoreError> {
    let files = Files::of(options.url.path());
    let opening = match options.access {
        Access::ReadWrite => Some(prepare(files.clone()).await?),
        Access::ReadOnly if !files.database.exists() => {
            return Err(StoreError::DatabaseMissing { path: files.database });
        }
        Access::ReadOnly => None,
    };
    let pool = connect(&files, options.access).await?;
    match options.access {
        Access::ReadWrite => migrator().run(&pool).await?,
        Access::ReadOnly => check_schema(&pool).await?,
    }
    let cipher = unlock(&pool, &files, &options).await?;
    drop(opening);
    let locks = LockFolder::new(&files.locks);
    let store =
        Store::from_inner(Inner { pool, cipher, files, locks, clock: options.clock, access: options.access });
    if options.access == Access::ReadWrite {
        store.recover().await?;
        store.sweep_locks().await?;
    }
    Ok(store)
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

async fn connect(files: &Files, access: Access) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(&files.database)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // FULL, not NORMAL: in WAL mode NORMAL may lose the last commits when the machine loses power, and by
        // then a function has acted on them outside (a webhook registered for a connection that is gone).
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let options = match access {
        Access::ReadWrite => options.journal_mode(SqliteJournalMode::Wal),
        // SQLite's own read-only mode would leave its side files behind when it closes.
        Access::ReadOnly => options.pragma("query_only", "ON"),
    };
    let pool = SqlitePoolOptions::new()
        .max_connections(MAX_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    Ok(pool)
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.map(|(version, description, sql)| {
        let description = Cow::Borrowed(description);
        Migration::new(version, description, MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.into())
}

/// The schema must be exactly this program's.
async fn check_schema(pool: &SqlitePool) -> Result<(), StoreError> {
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    let found: Option<i64> =
        match sqlx::query("SELECT MAX(version) AS version FROM _sqlx_migrations").fetch_one(pool).await {
            Ok(row) => row.try_get("version")?,
            // An empty file: somebody is about to create the schema, or nobody ever did.
            Err(sqlx::Error::Database(error)) if error.message().contains("no such table") => None,
            Err(error) => return Err(error.into()),
        };
    match found {
        Some(found) if found == known => Ok(()),
        Some(found) if found > known => Err(StoreError::SchemaNewer { found }),
        _ => Err(StoreError::SchemaOlder),
    }
}

/// The cipher of the right key: the one that opens the canary, or a new one for a new database.
async fn unlock(pool: &SqlitePool, files: &Files, options: &StoreOptions) -> Result<Cipher, StoreError> {
    let canary: Option<Vec<u8>> =
        match sqlx::query("SELECT sealed FROM encryption_canary").fetch_optional(pool).await? {
            Some(row) => Some(row.try_get("sealed")?),
            None => None,
        };
    let Some(canary) = canary else {
        if options.access == Access::ReadOnly {
            return Err(StoreError::SchemaOlder);
        }
        let cipher = Cipher::new(&new_key(files, &options.key)?);
        sqlx::query("INSERT INTO encryption_canary (id, sealed) VALUES (1, $1)")
            .bind(cipher.seal(&Purpose::Canary, CANARY)?)
            .execute(pool)
            .await?;
        return Ok(cipher);
    };
    let key = match &options.key {
        KeySource::Given(key) => key.clone(),
        KeySource::File => {
            files.read_key()?.ok_or_else(|| KeyError::FileMissing { path: files.key.clone() })?
        }
    };
    let cipher = Cipher::new(&key);
    if cipher.open(&Purpose::Canary, &canary).is_some_and(|plain| plain.as_slice() == CANARY) {
        return Ok(cipher);
    }
    let file = match &options.key {
        KeySource::Given(_) => None,
        KeySource::File => Some(files.key.clone()),
    };
    Err(KeyError::Wrong { database: files.database.clone(), file }.into())
}

/// The key of a database that has none yet.
fn new_key(files: &Files, source: &KeySource) -> Result<EncryptionKey, StoreError> {
    if let KeySource::Given(key) = source {
        return Ok(key.clone());
    }
    if let Some(key) = files.read_key()? {
        return Ok(key);
    }
    let generated = EncryptionKey::generate();
    files.write_key(&generated.ok_or(StoreError::Internal { action: "generate an encryption key" })?)?;
    files.read_key()?.ok_or_else(|| KeyError::FileMissing { path: files.key.clone() }.into())
}
