//! The store in a SQLite file.
//!
//! One connection writes, and whoever wants to write waits for it in line; the others only read, and in WAL mode
//! no writer is in their way.

mod connection;
mod error;
mod files;
mod locks;
pub(crate) mod open;
#[cfg(test)]
mod plans;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::Clock;
use sqlx::SqlitePool;

use self::connection::SqliteConnection;
use self::error::failed;
use self::locks::LockFolder;
use crate::StoreError;
use crate::database::{Database, Owners, Tables};
use crate::sql::SqlTables;

/// One open file.
pub(crate) struct SqliteDatabase {
    readers: SqlitePool,
    /// A pool of one; `None` where nothing may be changed.
    writer: Option<SqlitePool>,
    locks: LockFolder,
    /// Judges leases and due times.
    clock: Arc<dyn Clock>,
    path: PathBuf,
}

impl fmt::Debug for SqliteDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteDatabase").field("locks", &self.locks).finish_non_exhaustive()
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

    fn has_message_queue(&self) -> bool {
        false
    }

    fn owners(&self) -> &dyn Owners {
        &self.locks
    }

    async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT COUNT(*) FROM api_keys").fetch_one(&self.readers).await.map_err(failed)?;
        // SQLite goes on with a file that was deleted, and whoever starts next does not find what it writes there.
        match tokio::fs::try_exists(&self.path).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(StoreError::DatabaseMissing { path: self.path.clone() }),
        }
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
        let (transaction, clock) = (pool.begin_with(how).await.map_err(failed)?, Arc::clone(&self.clock));
        Ok(Box::new(SqlTables(SqliteConnection { transaction, clock })))
    }
}
