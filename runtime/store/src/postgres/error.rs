//! PostgreSQL's errors as the store's.

use crate::StoreError;

/// What is safe to do again from its beginning: the database ended the transaction because others were in its way
/// (`serialization_failure`, `deadlock_detected`, `lock_not_available`).
const CONFLICTS: &[&str] = &["40001", "40P01", "55P03"];
/// A prepared statement that is not there, or already there: another connection answers than the one that was asked
/// before (`invalid_sql_statement_name`, `duplicate_prepared_statement`).
const POOLED_STATEMENTS: &[&str] = &["26000", "42P05"];
/// `disk_full`.
const FULL: &[&str] = &["53100"];
/// `undefined_table`, `invalid_schema_name`.
const NO_SCHEMA: &[&str] = &["42P01", "3F000"];

/// What went wrong in the database.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return StoreError::Busy;
    }
    if is_one_of(&error, CONFLICTS) {
        return StoreError::Conflict;
    }
    if is_one_of(&error, POOLED_STATEMENTS) {
        return StoreError::PooledStatements;
    }
    if is_one_of(&error, FULL) {
        return StoreError::Full;
    }
    StoreError::Database(Box::new(error))
}

/// Whether nobody created the tables yet.
pub(super) fn has_no_schema(error: &sqlx::Error) -> bool {
    is_one_of(error, NO_SCHEMA)
}

fn is_one_of(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| codes.contains(&code.as_ref()))
}
