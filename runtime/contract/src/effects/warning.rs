//! What the reader of a report should look at.

use serde::{Deserialize, Serialize};

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningCode {
    /// A metadata write dropped keys that another function, or the user, had written.
    MetadataKeysDropped,
    /// The metadata violated the schema before the run started.
    MetadataInvalidBeforeRun,
    /// An action was called with an input that violates its schema.
    InvalidActionInput,
    /// An action returned what violates its schema.
    InvalidActionOutput,
    /// `exec` settled while calls of `nango` were still running; they were cancelled.
    CallsNotAwaited,
    /// A promise was rejected and nobody handled it.
    UnhandledRejection,
    /// More effects happened than a report keeps.
    EffectsTruncated,
    /// A setup or cleanup function did not succeed; the connection change was done all the same.
    FunctionFailed,
    /// The integration has no `validate-connection` function, so nothing was checked.
    NothingChecked,
    /// The credentials that were given have expired.
    CredentialsExpired,
}

/// Something the reader of a report should know, that did not change the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// In words, with advice.
    pub message: String,
    /// The metadata keys or calls it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Who had written those keys: a function's full name, or `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_by: Option<String>,
}

impl Warning {
    /// A warning without keys.
    #[must_use]
    pub fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), keys: Vec::new(), written_by: None }
    }
}
