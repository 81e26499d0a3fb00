//! Actions that a run triggers.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::LogLevel;
use crate::{ConnectionId, FunctionKey, Outcome, RunId, RunReport};

/// An action that was triggered: a run of its own, with a report of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggeredAction {
    /// The action.
    pub action: FunctionKey,
    /// The connection it runs for.
    pub connection_id: ConnectionId,
    /// Its run.
    pub run_id: RunId,
}

/// How the run of a triggered action ended, as its caller's report tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionEnd {
    /// How.
    pub outcome: Outcome,
    /// How many requests it sent.
    pub requests: usize,
    /// How many times it wrote metadata.
    pub metadata_writes: usize,
    /// The type of its error.
    pub error: Option<String>,
}

impl ActionEnd {
    /// What its report says.
    #[must_use]
    pub fn of(report: &RunReport) -> Self {
        Self {
            outcome: report.outcome,
            requests: report.http.len(),
            metadata_writes: report.metadata.writes.len(),
            error: report.error.as_ref().map(|error| error.kind.as_str().to_owned()),
        }
    }
}

impl TriggeredAction {
    /// The log line of the caller's report that names the run, so that it can be told what it did.
    pub(super) fn log_line(&self, end: Option<&ActionEnd>) -> (LogLevel, String, serde_json::Value) {
        let name = format!("triggered action {} for {}", self.action, self.connection_id);
        match end {
            Some(end) => {
                let level = match end.outcome {
                    Outcome::Succeeded => LogLevel::Info,
                    Outcome::Rejected | Outcome::Failed | Outcome::Stopped | Outcome::Unknown => {
                        LogLevel::Warn
                    }
                };
                let about = json!({
                    "run_id": self.run_id,
                    "requests": end.requests,
                    "metadata_writes": end.metadata_writes,
                    "error": end.error,
                });
                (level, format!("{name}: {}", end.outcome.as_str()), about)
            }
            None => (LogLevel::Warn, format!("{name}: pending"), json!({ "run_id": self.run_id })),
        }
    }
}
