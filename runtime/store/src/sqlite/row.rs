//! Columns of a row, and SQLite's errors as the store's.

use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row as _, Sqlite, Type};

use crate::StoreError;
use crate::database::KeyColumns;

/// SQLite's primary result codes for a lock that was not given in time (`SQLITE_BUSY`, `SQLITE_LOCKED`).
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;

/// One column.
pub(super) fn get<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(
    row: &'r SqliteRow,
    column: &str,
) -> Result<T, StoreError> {
    row.try_get(column).map_err(failed)
}

/// The three columns that name a connection.
pub(super) fn key(row: &SqliteRow) -> Result<KeyColumns, StoreError> {
    Ok(KeyColumns {
        environment: get(row, "environment")?,
        integration: get(row, "integration")?,
        connection_id: get(row, "connection_id")?,
    })
}

/// What went wrong in the database.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    // Extended result codes carry the primary one in their lowest byte.
    let primary = error
        .as_database_error()
        .and_then(|error| error.code())
        .and_then(|code| code.parse::<i32>().ok())
        .map(|code| code & 0xff);
    match (primary, &error) {
        (Some(SQLITE_BUSY | SQLITE_LOCKED), _) | (None, sqlx::Error::PoolTimedOut) => StoreError::Busy,
        _ => StoreError::Database(Box::new(error)),
    }
}
