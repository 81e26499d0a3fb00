//! Statements that a connection keeps, or does not.

/// What becomes of a statement that was prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prepared {
    /// The connection keeps it, and need not prepare it again.
    Kept,
    /// It has no name, and ends with the next one: behind a pooler the next transaction may have another connection.
    /// (sqlx gives names as long as it is not told otherwise, also where it keeps none.)
    Unnamed,
}
