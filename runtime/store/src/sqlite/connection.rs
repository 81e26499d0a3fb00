//! A connection in a transaction: statements as SQLite wants them.

use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::Clock;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite};

use super::error::failed;
use crate::StoreError;
use crate::sql::{MessageQueue, SqlConnection, SqlRow, Statement, Value};

/// A connection in a transaction.
pub(crate) struct SqliteConnection {
    pub(super) transaction: sqlx::Transaction<'static, Sqlite>,
    /// A file has no clock of its own: leases and due times are judged by its process's.
    pub(super) clock: Arc<dyn Clock>,
}

impl SqliteConnection {
    fn prepare(&self, statement: Statement) -> Query<'static, Sqlite, SqliteArguments> {
        // Nothing in it is anybody's input: that is bound.
        let mut query = sqlx::query(AssertSqlSafe(statement.sql.into_owned()));
        for value in statement.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Integer(number) => query.bind(number),
                Value::Bytes(bytes) => query.bind(bytes),
                Value::After(millis) => query.bind(self.clock.now().as_millisecond().saturating_add(millis)),
            };
        }
        query
    }
}

#[async_trait]
impl SqlConnection for SqliteConnection {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<SqlRow>, StoreError> {
        let rows = self.prepare(statement).fetch_all(&mut *self.transaction).await.map_err(failed)?;
        Ok(rows.into_iter().map(SqlRow::Sqlite).collect())
    }

    async fn row(&mut self, statement: Statement) -> Result<Option<SqlRow>, StoreError> {
        let row = self.prepare(statement).fetch_optional(&mut *self.transaction).await.map_err(failed)?;
        Ok(row.map(SqlRow::Sqlite))
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let done = self.prepare(statement).execute(&mut *self.transaction).await.map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(failed)
    }
}

/// The table says who may work on what, and when.
impl MessageQueue for SqliteConnection {}
