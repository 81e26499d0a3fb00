//! Log lines.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::rfc3339;
use crate::encoding::some;

/// The level of a log line (Nango's levels).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Details for the author.
    Debug,
    /// Normal news: the default.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
}

/// One log line of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Position among all effects of the run.
    pub seq: u64,
    /// The level.
    pub level: LogLevel,
    /// The message.
    pub message: String,
    /// What was logged beside the message.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Value>,
    /// When.
    #[serde(serialize_with = "rfc3339")]
    pub at: Timestamp,
}
