//! Why there is no new token.

use onevent_contract::HostError;
use thiserror::Error;

/// Why there is no new token. No text of it holds a secret of the connection.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TokenFailure {
    /// The provider said no: to the refresh token, or to the client.
    #[error("{message}")]
    Refused {
        /// Its code (RFC 6749, section 5.2: `invalid_grant`, …), where it gave one.
        code: Option<String>,
        /// In words.
        message: String,
    },
    /// The provider said nothing about it: no answer came, or none that can be read. It may do so later.
    #[error("{message}")]
    Unavailable {
        /// In words.
        message: String,
    },
    /// It cannot be asked: the template lacks something, or the endpoint may not be reached.
    #[error(transparent)]
    NotAsked(HostError),
}
