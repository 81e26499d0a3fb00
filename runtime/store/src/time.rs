//! Times as the database holds them: milliseconds since 1970-01-01T00:00:00Z.

use jiff::Timestamp;

use crate::StoreError;

/// The time of a column.
pub(crate) fn from_millis(millis: i64, column: &'static str) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::corrupt(column))
}

/// `at` without what the database would drop, so that what was written equals what is read back.
pub(crate) fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
