//! The store in a PostgreSQL database, which processes on many machines share.
//!
//! Transactions that write run side by side, in isolation level READ COMMITTED: rows that are read in order to be
//! written are locked by it (`Statement::locked`), and all that an operation changes happens under the row of its
//! journal entry. Order: that row first, then the connection's, then messages of the queue, then events.
//!
//! Nothing is kept in a session: every transaction says which schema it means, so that a pooler may give each of them
//! another connection. Of the database it wants what a distributed PostgreSQL has, too: no extensions, triggers,
//! functions or locks of sessions of our own, and no order of numbers beyond what a lock gives.

mod connection;
mod error;
mod listening;
pub(crate) mod open;
mod owners;
mod pgmq;
mod prepared;
mod queue;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Postgres};

use self::connection::{PostgresConnection, Purpose};
use self::error::failed;
use self::listening::Listening;
use self::owners::LeaseOwners;
use self::pgmq::Lines;
use crate::database::{Database, Owners, Tables};
use crate::sql::SqlTables;
use crate::{SchemaName, StoreError};

/// One open database.
pub(crate) struct PostgresDatabase {
    readers: PgPool,
    /// `None` where nothing may be changed.
    writers: Option<PgPool>,
    owners: LeaseOwners,
    lines: Arc<Lines>,
    schema: SchemaName,
    _listening: Option<Listening>,
}

impl fmt::Debug for PostgresDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the pools: their options hold the password.
        f.debug_struct("PostgresDatabase").field("schema", &self.schema).finish_non_exhaustive()
    }
}

#[async_trait]
impl Database for PostgresDatabase {
    async fn read(&self) -> Result<Box<dyn Tables>, StoreError> {
        let how = begin_reading(&self.schema);
        self.tables(&self.readers, &how, Purpose::Reading).await
    }

    async fn write(&self) -> Result<Box<dyn Tables>, StoreError> {
        match &self.writers {
            Some(writers) => self.tables(writers, &begin_writing(&self.schema), Purpose::Writing).await,
            None => Err(StoreError::ReadOnly),
        }
    }

    fn has_message_queue(&self) -> bool {
        true
    }

    fn owners(&self) -> &dyn Owners {
        &self.owners
    }

    async fn check(&self) -> Result<(), StoreError> {
        let mut transaction = begin(&self.readers, &begin_reading(&self.schema)).await?;
        let counted = sqlx::query("SELECT COUNT(*) FROM api_keys").fetch_one(&mut *transaction).await;
        counted.map(drop).map_err(failed)
    }

    async fn close(&self) {
        self.readers.close().await;
        if let Some(writers) = &self.writers {
            writers.close().await;
        }
    }
}

impl PostgresDatabase {
    async fn tables(
        &self,
        pool: &PgPool,
        how: &str,
        purpose: Purpose,
    ) -> Result<Box<dyn Tables>, StoreError> {
        let transaction = begin(pool, how).await?;
        let (lines, schema) = (Arc::clone(&self.lines), self.schema.clone());
        Ok(Box::new(SqlTables(PostgresConnection { transaction, purpose, lines, schema })))
    }
}

/// One unchanging view of the database.
fn begin_reading(schema: &SchemaName) -> String {
    format!("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL search_path TO {}", schema.quoted())
}

/// What deferred triggers do (PGMQ's, which tell that there is a message) is done at the commit: they lock a row that
/// all who send want to have.
fn begin_writing(schema: &SchemaName) -> String {
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path TO {}; SET CONSTRAINTS ALL DEFERRED",
        schema.quoted()
    )
}

async fn begin(pool: &PgPool, how: &str) -> Result<sqlx::Transaction<'static, Postgres>, StoreError> {
    pool.begin_with(AssertSqlSafe(how.to_owned())).await.map_err(failed)
}
