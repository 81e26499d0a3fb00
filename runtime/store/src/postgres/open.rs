//! Opening a PostgreSQL database: connections, schema, key, lines.

use std::borrow::Cow;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqlSafeStr as _};

use super::error::{failed, has_no_schema};
use super::listening::Listening;
use super::owners::LeaseOwners;
use super::pgmq::Lines;
use super::prepared::Prepared;
use super::{PostgresDatabase, begin, begin_reading, begin_writing};
use crate::key_holder::KeyHolder;
use crate::opened::Opened;
use crate::wake::Wake;
use crate::{KeyError, KeySource, PostgresUrl, SchemaName, StoreError, StoreMode, StoreOptions};

/// Connections that read, and connections that write, of one process. Apart, so that whoever reads while it writes never
/// waits for somebody who does the same. Three processes stay below PostgreSQL's own limit of 100.
const READERS: u32 = 8;
const WRITERS: u32 = 8;
/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// What `pg_stat_activity` shows.
const APPLICATION_NAME: &str = "onevent";
/// Keeps two processes from creating the tables at once. A number of our own among the locks of a database.
const MIGRATION_LOCK: i64 = 0x6f6e_6576_656e_7401;
/// The table of migrations that were applied.
const MIGRATIONS_TABLE: &str = "onevent_migrations";

/// Every migration, oldest first. A published one never changes.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "all tables", include_str!("../../migrations/postgres/0001_all_tables.sql")),
    (2, "encryption keys", include_str!("../../migrations/postgres/0002_encryption_keys.sql")),
];

/// What comes of opening a database. Boxed: what sqlx and PGMQ are generic over does not show outside.
type Opening<'a> = Pin<Box<dyn Future<Output = Result<Opened, StoreError>> + Send + 'a>>;

/// Opens the database of the options.
pub(crate) fn open<'a>(options: &'a StoreOptions, url: &'a PostgresUrl, wake: Wake) -> Opening<'a> {
    Box::pin(open_at(options, url, wake))
}

async fn open_at(options: &StoreOptions, url: &PostgresUrl, wake: Wake) -> Result<Opened, StoreError> {
    let KeySource::Given(key) = &options.key else { return Err(KeyError::NoFile.into()) };
    let schema = &options.schema;
    let (connect, prepared) = connect_options(options, url);
    // A pool tries until it gives up, and does not say why.
    let in_time = tokio::time::timeout(ACQUIRE_TIMEOUT, connect.connect()).await;
    let too_long = |_| failed(sqlx::Error::Io(io::ErrorKind::TimedOut.into()));
    in_time.map_err(too_long)?.map_err(failed)?.close().await.map_err(failed)?;
    let readers = pool(READERS, connect.clone()).await?;
    let writers = match options.mode {
        StoreMode::ReadWrite => Some(pool(WRITERS, connect).await?),
        StoreMode::ReadOnly => None,
    };
    prepare_schema(&readers, writers.as_ref(), schema).await?;
    let lines = Arc::new(Lines::new(schema, writers.as_ref().unwrap_or(&readers), prepared).await);
    let mut listening = None;
    if let Some(writers) = &writers {
        lines.prepare(writers).await?;
        let listen = options.listen_url.as_ref().and_then(|url| url.postgres());
        listening = listen.map(|url| Listening::start(url.options(), Arc::clone(&lines), wake));
    }
    let owners = LeaseOwners::default();
    let schema = schema.clone();
    let database =
        Box::new(PostgresDatabase { readers, writers, owners, lines, schema, _listening: listening });
    Ok(Opened { database, key: KeyHolder::Caller(key.clone()), name: url.to_string().into(), alone: None })
}

fn connect_options(options: &StoreOptions, url: &PostgresUrl) -> (PgConnectOptions, Prepared) {
    let connect = url
        .options()
        .application_name(APPLICATION_NAME)
        // PgBouncer refuses parameters that it does not know, and no number here is a fraction.
        .extra_float_digits(None)
        .disable_statement_logging();
    // Somebody who names another way to listen comes through a pooler.
    let direct = options.listen_url.as_ref().and_then(|listen| listen.postgres());
    let is_pooled = url.keeps_no_statements() || direct.is_some_and(|direct| direct != url);
    match is_pooled {
        true => (connect.statement_cache_capacity(0), Prepared::Unnamed),
        false => (connect, Prepared::Kept),
    }
}

async fn pool(connections: u32, options: PgConnectOptions) -> Result<PgPool, StoreError> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(failed)
}

/// The schema must be exactly this program's; where it may be changed, it is brought up to date.
async fn prepare_schema(
    readers: &PgPool,
    writers: Option<&PgPool>,
    schema: &SchemaName,
) -> Result<(), StoreError> {
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    match (found_version(readers, schema).await?, writers) {
        (Some(found), _) if found == known => Ok(()),
        (Some(found), _) if found > known => Err(StoreError::SchemaNewer { found }),
        (_, Some(writers)) => migrate(writers, schema).await,
        (_, None) => Err(StoreError::SchemaOlder),
    }
}

async fn found_version(readers: &PgPool, schema: &SchemaName) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT MAX(version) AS version FROM {}.{MIGRATIONS_TABLE}", schema.quoted());
    let mut transaction = begin(readers, &begin_reading(schema)).await?;
    match sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_one(&mut *transaction).await {
        Ok(row) => row.try_get("version").map_err(failed),
        Err(error) if has_no_schema(&error) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// In one transaction: all of it or nothing, one process at a time, and through a pooler, too.
async fn migrate(writers: &PgPool, schema: &SchemaName) -> Result<(), StoreError> {
    let mut transaction = begin(writers, &begin_writing(schema)).await?;
    let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").persistent(false).bind(MIGRATION_LOCK);
    lock.execute(&mut *transaction).await.map_err(failed)?;
    // The migrator names its statements, and behind a pooler this connection may have some of that name.
    sqlx::raw_sql("DEALLOCATE ALL").execute(&mut *transaction).await.map_err(failed)?;
    let there = sqlx::query("SELECT to_regnamespace($1) IS NOT NULL AS there")
        .persistent(false)
        .bind(schema.as_str());
    let there: bool =
        there.fetch_one(&mut *transaction).await.and_then(|row| row.try_get("there")).map_err(failed)?;
    if !there {
        let create = AssertSqlSafe(format!("CREATE SCHEMA {}", schema.quoted()));
        sqlx::query(create).persistent(false).execute(&mut *transaction).await.map_err(failed)?;
    }
    let migrations = MIGRATIONS.iter().map(|(version, description, sql)| {
        let description = Cow::Borrowed(*description);
        Migration::new(*version, description, MigrationType::Simple, sql.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    // Its own lock is one of the session, which a pooler gives to somebody else.
    migrator.set_locking(false);
    migrator.dangerous_set_table_name(format!("{}.{MIGRATIONS_TABLE}", schema.quoted()));
    migrator.run_direct(None, &mut *transaction, false).await.map_err(migration_failed)?;
    sqlx::raw_sql("DEALLOCATE ALL").execute(&mut *transaction).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

fn migration_failed(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(found) => StoreError::SchemaNewer { found },
        other => StoreError::Migration(Box::new(other)),
    }
}
