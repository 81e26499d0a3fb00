//! The store in a SQLite file.
//!
//! One connection writes, and whoever wants to write waits for it in line; the others only read, and in WAL mode
//! no writer is in their way. The SQL is in types and syntax that PostgreSQL has too.

mod audit;
mod checkpoints;
mod connections;
mod deployments;
mod details;
mod events;
mod files;
mod found;
mod functions;
mod integrations;
mod keys;
mod locks;
mod metadata;
pub(crate) mod open;
mod operations;
mod refreshes;
mod retention;
mod row;
mod run_locks;
mod runs;
mod summary;
mod upstream;
mod webhook_attempts;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::Clock;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, SqlitePool};

use self::locks::LockFolder;
use self::row::failed;
use crate::StoreError;
use crate::database::{Database, Owners, Tables};

/// Binds the three parts of a key to `$1`, `$2` and `$3`.
macro_rules! query_of {
    ($sql:expr, $key:expr) => {
        sqlx::query($sql)
            .bind($key.environment.as_str().to_owned())
            .bind($key.integration.as_str().to_owned())
            .bind($key.connection_id.as_str().to_owned())
    };
}
use query_of;

/// One open file.
pub(crate) struct SqliteDatabase {
    readers: SqlitePool,
    /// A pool of one; `None` where nothing may be changed.
    writer: Option<SqlitePool>,
    locks: LockFolder,
    /// A file has no clock of its own: leases and due times are judged by its process's.
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for SqliteDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteDatabase")
            .field("writer", &self.writer)
            .field("locks", &self.locks)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Database for SqliteDatabase {
    async fn read(&self) -> Result<Box<dyn Tables>, StoreError> {
        self.begin(&self.readers, "BEGIN DEFERRED").await
    }

    async fn write(&self) -> Result<Box<dyn Tables>, StoreError> {
        match &self.writer {
            // The lock from the first moment: what was read stays true until it is written.
            Some(writer) => self.begin(writer, "BEGIN IMMEDIATE").await,
            None => Err(StoreError::ReadOnly),
        }
    }

    fn owners(&self) -> &dyn Owners {
        &self.locks
    }

    async fn close(&self) {
        // The readers first: the last connection to close folds the log into the file, and may have to write.
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}

impl SqliteDatabase {
    async fn begin(&self, pool: &SqlitePool, how: &'static str) -> Result<Box<dyn Tables>, StoreError> {
        let transaction = pool.begin_with(how).await.map_err(failed)?;
        Ok(Box::new(SqliteTables(transaction, Arc::clone(&self.clock))))
    }
}

/// The tables, in one transaction.
pub(crate) struct SqliteTables(sqlx::Transaction<'static, Sqlite>, Arc<dyn Clock>);

type SqliteQuery = Query<'static, Sqlite, SqliteArguments>;

impl SqliteTables {
    /// Now, in milliseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64 {
        self.1.now().as_millisecond()
    }

    /// The moment so long from now.
    fn after(&self, duration: Duration) -> i64 {
        self.now().saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }

    async fn rows(&mut self, query: SqliteQuery) -> Result<Vec<SqliteRow>, StoreError> {
        query.fetch_all(&mut *self.0).await.map_err(failed)
    }

    async fn row(&mut self, query: SqliteQuery) -> Result<Option<SqliteRow>, StoreError> {
        query.fetch_optional(&mut *self.0).await.map_err(failed)
    }

    /// How many rows it changed.
    async fn execute(&mut self, query: SqliteQuery) -> Result<u64, StoreError> {
        query.execute(&mut *self.0).await.map(|done| done.rows_affected()).map_err(failed)
    }

    /// Whether it changed a row.
    async fn changes(&mut self, query: SqliteQuery) -> Result<bool, StoreError> {
        Ok(self.execute(query).await? > 0)
    }
}

#[async_trait]
impl Tables for SqliteTables {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0.commit().await.map_err(failed)
    }
}
