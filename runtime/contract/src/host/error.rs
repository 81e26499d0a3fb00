//! Why a host could not do what it was asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::ResponseHead;
use crate::encoding::json;

/// Why a host could not do what it was asked for. Whoever translates it says what becomes of each kind: a new one does
/// not compile before that.
#[derive(Debug, Clone, PartialEq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostError {
    /// This host does not have this member.
    #[error("nango.{member} is not supported here")]
    Unsupported {
        /// The member's name, as authors write it.
        member: String,
    },
    /// No answer came. The function sees an axios error without `response`.
    #[error("{message}")]
    Network {
        /// The system's code: `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`, `ECONNRESET`, …
        code: String,
        /// In words, without secrets.
        message: String,
    },
    /// An answer came, but its body did not arrive as a whole or cannot be unpacked. The function sees an axios error
    /// with a `response` that has no data.
    #[error("{message}")]
    BrokenBody {
        /// `ERR_BAD_RESPONSE` where it was cut short, else zlib's: `Z_DATA_ERROR`, …
        code: String,
        /// In words.
        message: String,
        /// What came of the answer.
        response: Box<ResponseHead>,
    },
    /// The call could not be built or is not allowed. The function sees an `Error` with this `code`.
    #[error("{message}")]
    Configuration {
        /// Nango's code: `missing_api_url`, `unsupported_auth`, `denied_ip`, …
        code: String,
        /// In words, without secrets.
        message: String,
    },
    /// Nango's own API would have answered with an error. The function sees an axios error with `response`.
    #[error("{message}")]
    Api {
        /// The status: 404, 424, …
        status: u16,
        /// The `code` of the error body.
        code: String,
        /// In words.
        message: String,
    },
    /// Nango's own API would have answered with this body. The function sees an axios error with `response`.
    #[error("Request failed with status code {status}")]
    Answer {
        /// The status.
        status: u16,
        /// The body.
        #[serde(with = "json")]
        body: Value,
    },
    /// onevent's own fault. The run ends at once with outcome `unknown`.
    #[error("{message}")]
    Internal {
        /// In words, for operators.
        message: String,
    },
}

impl HostError {
    /// Its code, stable.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Network { code, .. }
            | Self::BrokenBody { code, .. }
            | Self::Configuration { code, .. }
            | Self::Api { code, .. } => code,
            Self::Answer { .. } => "api_error",
            Self::Unsupported { .. } => "unsupported",
            Self::Internal { .. } => "host_failure",
        }
    }
}
