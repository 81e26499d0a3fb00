//! Why a run did not start.

use std::time::Duration;

use onevent_contract::{ApiErrorCode, LimitsError, limit_met};
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
    /// Too many threads execute code that cannot be stopped: only a new process helps.
    #[error(
        "{lost} threads execute code that cannot be stopped, and no more work is taken: the process has to be started \
         again ({})",
        limit_met("lost_threads", most, lost)
    )]
    ThreadsLost {
        /// How many.
        lost: usize,
        /// With so many, no more work is taken.
        most: usize,
    },
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
    /// All places are taken, and as many runs wait as may.
    #[error(
        "the run did not start: all places are taken, and as many runs wait for one as may ({})",
        limit_met("server.queue", most, most + 1)
    )]
    QueueFull {
        /// How many may wait.
        most: usize,
    },
    /// No place became free for it.
    #[error(
        "the run did not start: it waited for a place, and none became free ({})",
        limit_met("server.queue_wait", format!("{after:?}"), "all of it")
    )]
    QueueExpired {
        /// How long a run may wait.
        after: Duration,
    },
    /// The queue is full, and its environment, its integration or its connection has more than its share of it.
    #[error(
        "the run did not start: all places are taken, and its environment, integration or connection has its share of \
         the queue ({})",
        limit_met("server.queue", most, most + 1)
    )]
    OverShare {
        /// How many may wait, of all.
        most: usize,
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
            Self::ThreadsLost { .. } => "threads_lost",
            Self::Isolate { .. } => "no_isolate",
            Self::Host { .. } => "host_failure",
            Self::QueueFull { .. } => ApiErrorCode::QueueFull.as_str(),
            Self::QueueExpired { .. } => ApiErrorCode::QueueExpired.as_str(),
            Self::OverShare { .. } => ApiErrorCode::OverShare.as_str(),
        }
    }

    /// Its code, where there was no place for the run: too much is asked of this engine now, and a little later it may be
    /// less.
    #[must_use]
    pub fn no_place(&self) -> Option<ApiErrorCode> {
        match self {
            Self::QueueFull { .. } => Some(ApiErrorCode::QueueFull),
            Self::QueueExpired { .. } => Some(ApiErrorCode::QueueExpired),
            Self::OverShare { .. } => Some(ApiErrorCode::OverShare),
            Self::Limits(_)
            | Self::NoRuntime
            | Self::Thread(_)
            | Self::Cancelled
            | Self::ThreadsLost { .. }
            | Self::Isolate { .. }
            | Self::Host { .. } => None,
        }
    }
}
