//! Why a run did not start.

use onevent_contract::LimitsError;
use thiserror::Error;

/// Why a run was refused: it never started, and can safely be tried again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunRefused {
    /// The limits make no sense.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// The future was not polled inside a tokio runtime.
    #[error("a run needs a tokio runtime: poll its future inside one")]
    NoRuntime,
    /// The system gave no thread for the isolate.
    #[error("the isolate's thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
    /// It was cancelled before it started.
    #[error("the run was cancelled before it started")]
    Cancelled,
    /// There is no isolate.
    #[error("no isolate could be made: {message}")]
    Isolate {
        /// In words.
        message: String,
    },
    /// The host could not read the connection's metadata, or not within the run's wall-clock limit.
    #[error("the connection could not be read: {message}")]
    Host {
        /// In words.
        message: String,
    },
}

impl RunRefused {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Limits(_) => "invalid_limits",
            Self::NoRuntime => "no_runtime",
            Self::Thread(_) => "no_thread",
            Self::Cancelled => "cancelled",
            Self::Isolate { .. } => "no_isolate",
            Self::Host { .. } => "host_failure",
        }
    }
}
