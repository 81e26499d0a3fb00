//! Why a body cannot be unpacked.

use onevent_contract::BudgetExceeded;

/// Why a body cannot be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnpackError {
    /// It is not what its headers say. The text is zlib's.
    Broken(&'static str),
    /// It ends too early.
    Cut,
    /// It unpacks to more than [`MAX_BODY_BYTES`](crate::limits::MAX_BODY_BYTES).
    TooLarge,
    /// What it unpacks to finds no room among what the run's calls carry.
    NoRoom(BudgetExceeded),
    /// It is packed more than [`MAX_CONTENT_CODINGS`](crate::limits::MAX_CONTENT_CODINGS) times.
    TooManyCodings,
}
