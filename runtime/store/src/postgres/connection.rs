//! A connection in a transaction: statements as PostgreSQL wants them.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value as Json;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

use super::error::failed;
use super::pgmq::Lines;
use super::prepared::Prepared;
use crate::sql::{Locks, SqlConnection, SqlRow, Statement, Value};
use crate::{SchemaName, StoreError};

/// The time by the database's clock, in milliseconds since 1970-01-01T00:00:00Z; of this moment, not of the beginning of
/// the transaction.
const CLOCK: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
/// What stands for U+0000 in a text: PostgreSQL keeps every other character.
const INSTEAD_OF_NUL: &str = "\u{fffd}";

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Reading,
    Writing,
}

/// A connection in a transaction.
pub(crate) struct PostgresConnection {
    pub(super) transaction: sqlx::Transaction<'static, Postgres>,
    pub(super) purpose: Purpose,
    pub(super) lines: Arc<Lines>,
    pub(super) schema: SchemaName,
}

impl PostgresConnection {
    fn prepare(&self, statement: Statement) -> Query<'static, Postgres, PgArguments> {
        let text = text(&statement, self.purpose).into_owned();
        // Nothing in it is anybody's input: that is bound.
        let mut query = sqlx::query(AssertSqlSafe(text)).persistent(self.lines.prepared == Prepared::Kept);
        for value in statement.values {
            query = match value {
                Value::Text(text) => query.bind(text.map(without_nul)),
                Value::Integer(number) => query.bind(number),
                Value::Bytes(bytes) => query.bind(bytes),
                // It is added to what the clock says.
                Value::After(millis) => query.bind(millis),
            };
        }
        query
    }
}

#[async_trait]
impl SqlConnection for PostgresConnection {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<SqlRow>, StoreError> {
        let rows = self.prepare(statement).fetch_all(&mut *self.transaction).await.map_err(failed)?;
        Ok(rows.into_iter().map(SqlRow::Postgres).collect())
    }

    async fn row(&mut self, statement: Statement) -> Result<Option<SqlRow>, StoreError> {
        let row = self.prepare(statement).fetch_optional(&mut *self.transaction).await.map_err(failed)?;
        Ok(row.map(SqlRow::Postgres))
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let done = self.prepare(statement).execute(&mut *self.transaction).await.map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn lock_name(&mut self, parts: &[&str]) -> Result<(), StoreError> {
        // By a hash: two names that share one wait for each other without need, and that is all. Within the database, so
        // the schema belongs to the name.
        let name = Json::from([&[self.schema.as_str()], parts].concat()).to_string();
        let lock =
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").persistent(false).bind(name);
        lock.execute(&mut *self.transaction).await.map_err(failed)?;
        Ok(())
    }

    async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(failed)
    }
}

/// The text of a statement: with the database's clock, and with locks on rows that it reads in order to write.
fn text(statement: &Statement, purpose: Purpose) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(statement.sql.as_ref());
    for (place, _) in (1..).zip(&statement.values).filter(|(_, value)| matches!(value, Value::After(_))) {
        text = Cow::Owned(with_clock(&text, place));
    }
    let locks = match statement.locks {
        _ if purpose == Purpose::Reading => "",
        Locks::None => "",
        Locks::Own => " FOR UPDATE",
        Locks::Shared => " FOR SHARE",
        Locks::OwnUnlessTaken => " FOR UPDATE SKIP LOCKED",
    };
    if !locks.is_empty() {
        text.to_mut().push_str(locks);
    }
    text
}

fn with_clock(text: &str, place: usize) -> String {
    let place = format!("${place}");
    let mut parts = text.split(place.as_str());
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // `$1` is also how `$10` begins.
        let is_longer = part.starts_with(|next: char| next.is_ascii_digit());
        match is_longer {
            true => replaced.push_str(&place),
            false => replaced.push_str(&format!("({CLOCK} + {place})")),
        }
        replaced.push_str(part);
    }
    replaced
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', INSTEAD_OF_NUL) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::query;

    #[test]
    fn a_statement_gets_the_clock_of_the_database_and_locks_where_it_writes() {
        let statement =
            || query("SELECT $1, $2 + $11 FROM t WHERE a <= $1").bind(Value::After(5)).bind(1).locked();
        let expected = format!("SELECT ({CLOCK} + $1), $2 + $11 FROM t WHERE a <= ({CLOCK} + $1)");
        assert_eq!(text(&statement(), Purpose::Reading), expected);
        assert_eq!(text(&statement(), Purpose::Writing), format!("{expected} FOR UPDATE"));
        let plain = query("SELECT $1").bind("a");
        assert!(matches!(text(&plain, Purpose::Writing), Cow::Borrowed("SELECT $1")));
    }
}
