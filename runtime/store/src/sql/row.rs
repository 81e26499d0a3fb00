//! Columns of a row, whichever database it comes from.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use crate::StoreError;
use crate::database::KeyColumns;

/// A row.
pub(crate) enum SqlRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// One column.
pub(crate) fn get<T>(row: &SqlRow, column: &str) -> Result<T, StoreError>
where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
{
    let value = match row {
        SqlRow::Sqlite(row) => row.try_get(column),
        SqlRow::Postgres(row) => row.try_get(column),
    };
    value.map_err(|error| StoreError::Database(Box::new(error)))
}

/// The three columns that name a connection.
pub(crate) fn key(row: &SqlRow) -> Result<KeyColumns, StoreError> {
    Ok(KeyColumns {
        environment: get(row, "environment")?,
        integration: get(row, "integration")?,
        connection_id: get(row, "connection_id")?,
    })
}
