//! Why a measurement cannot be made.

use std::io;

/// What went wrong, for whoever started the measurement.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The operating system refused something.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// Why not.
        source: io::Error,
    },
    /// A document was none.
    #[error("{what}: {source}")]
    Json {
        /// Whose.
        what: String,
        /// Where it breaks.
        source: serde_json::Error,
    },
    /// A server did not answer.
    #[error("{what}: {source}")]
    Http {
        /// Whose.
        what: String,
        /// Why not.
        source: reqwest::Error,
    },
    /// A program did not do what it was asked to.
    #[error("{0}")]
    Told(String),
}

/// What most functions here give.
pub(crate) type Tried<T> = Result<T, Failure>;

impl Failure {
    /// A failure in one sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self::Told(sentence.into())
    }
}

/// Says what was tried when it did not work.
pub(crate) trait While<T> {
    /// Adds what was tried.
    fn trying(self, what: impl Into<String>) -> Tried<T>;
}

impl<T> While<T> for io::Result<T> {
    fn trying(self, what: impl Into<String>) -> Tried<T> {
        self.map_err(|source| Failure::System { what: what.into(), source })
    }
}

impl<T> While<T> for serde_json::Result<T> {
    fn trying(self, what: impl Into<String>) -> Tried<T> {
        self.map_err(|source| Failure::Json { what: what.into(), source })
    }
}

impl<T> While<T> for reqwest::Result<T> {
    fn trying(self, what: impl Into<String>) -> Tried<T> {
        self.map_err(|source| Failure::Http { what: what.into(), source })
    }
}
