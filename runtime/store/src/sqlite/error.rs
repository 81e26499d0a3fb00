//! SQLite's errors as the store's.

use crate::StoreError;

/// SQLite's primary result codes for a lock that was not given in time (`SQLITE_BUSY`, `SQLITE_LOCKED`).
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
/// The file, or its file system, may not be written (`SQLITE_READONLY`).
const SQLITE_READONLY: i32 = 8;
/// The pages do not fit each other (`SQLITE_CORRUPT`), or it was never a database (`SQLITE_NOTADB`).
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_NOTADB: i32 = 26;
/// There is no room (`SQLITE_FULL`); nor for what its processes share (`SQLITE_IOERR_SHMSIZE`, an extended code).
const SQLITE_FULL: i32 = 13;
const SQLITE_IOERR_SHMSIZE: i32 = 10 | (19 << 8);

/// What went wrong in the database.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    // Extended result codes carry the primary one in their lowest byte.
    let code =
        error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i32>().ok());
    if code == Some(SQLITE_IOERR_SHMSIZE) {
        return StoreError::Full;
    }
    let primary = code.map(|code| code & 0xff);
    match (primary, &error) {
        (Some(SQLITE_BUSY | SQLITE_LOCKED), _) | (None, sqlx::Error::PoolTimedOut) => StoreError::Busy,
        (Some(SQLITE_FULL), _) => StoreError::Full,
        (Some(SQLITE_READONLY), _) => StoreError::NotWritable,
        (Some(SQLITE_CORRUPT), _) => StoreError::corrupt("page"),
        (Some(SQLITE_NOTADB), _) => StoreError::corrupt("header, or is no database"),
        _ => StoreError::Database(Box::new(error)),
    }
}
