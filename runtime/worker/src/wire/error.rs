//! What is wrong with what came over the socket.

use thiserror::Error;

/// What is wrong with what came over the socket.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum WireError {
    /// There is no such message.
    #[error("a frame of the unknown kind {0}")]
    UnknownKind(u8),
    /// It is longer than its kind may be.
    #[error("a frame of {length} bytes, where its kind has at most {most}")]
    TooLong {
        /// What the header says.
        length: u32,
        /// What it may say.
        most: u32,
    },
    /// It is not what its kind says.
    #[error("a frame that cannot be read")]
    Unreadable,
    /// It cannot be written: our own fault.
    #[error("a message that cannot be written")]
    Unwritable,
}
