//! The tables in SQL, once for every database: in types and syntax that SQLite and PostgreSQL share.
//!
//! What differs is the connection's business: how a value is bound, which clock judges, and whether reading rows has to
//! keep others from them. What cannot be said in one dialect (how an event is claimed) is a trait of its own in
//! `database/`, done beside each connection.

mod audit;
mod checkpoints;
mod connections;
mod deployments;
mod details;
mod encryption_keys;
mod environments;
mod events;
mod found;
mod functions;
mod integrations;
mod keys;
mod message_queue;
mod metadata;
mod operations;
mod refreshes;
mod retention;
mod row;
mod run_locks;
mod runs;
mod statement;
mod summary;
mod upstream;
mod webhook_attempts;

use async_trait::async_trait;

#[cfg(test)]
pub(crate) use self::events::SELECT_GROUPS;
pub(crate) use self::message_queue::{MessageQueue, SentEvent};
pub(crate) use self::row::{SqlRow, get, key};
pub(crate) use self::statement::{Locks, Statement, Value, after, now, query};
use crate::StoreError;
use crate::database::Tables;

/// Binds the three parts of a key to `$1`, `$2` and `$3`.
macro_rules! query_of {
    ($sql:expr, $key:expr) => {
        $crate::sql::query($sql)
            .bind($key.environment.as_str())
            .bind($key.integration.as_str())
            .bind($key.connection_id.as_str())
    };
}
pub(crate) use query_of;

/// A connection to a database, in a transaction. Dropping it undoes what was changed.
#[async_trait]
pub(crate) trait SqlConnection: MessageQueue + Send + 'static {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<SqlRow>, StoreError>;

    async fn row(&mut self, statement: Statement) -> Result<Option<SqlRow>, StoreError>;

    /// How many rows it changed.
    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError>;

    /// Keeps whoever wants the same from it until the transaction ends: what has no row of its own that could be locked.
    /// (In SQLite a transaction that writes is the only one.)
    async fn lock_name(&mut self, _: &[&str]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn commit(self) -> Result<(), StoreError>;
}

/// The tables, in one transaction.
pub(crate) struct SqlTables<C>(pub(crate) C);

impl<C: SqlConnection> SqlTables<C> {
    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<SqlRow>, StoreError> {
        self.0.rows(statement).await
    }

    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<SqlRow>, StoreError> {
        self.0.row(statement).await
    }

    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        self.0.execute(statement).await
    }

    /// Whether it changed a row.
    pub(crate) async fn changes(&mut self, statement: Statement) -> Result<bool, StoreError> {
        Ok(self.execute(statement).await? > 0)
    }
}

#[async_trait]
impl<C: SqlConnection> Tables for SqlTables<C> {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0.commit().await
    }
}
