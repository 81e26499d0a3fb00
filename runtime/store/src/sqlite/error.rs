//! SQLite's errors as the store's.

use crate::StoreError;

/// SQLite's primary result codes for a lock that was not given in time (`SQLITE_BUSY`, `SQLITE_LOCKED`).
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;

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
