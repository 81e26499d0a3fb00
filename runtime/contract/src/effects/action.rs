//! Actions that a run triggers.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{HttpRequest, LogLevel};
use crate::{ConnectionId, FunctionKey, Outcome, RunId, RunReport};

/// Of an action that was cut short, its caller's log has this many of the requests that it sent, the last ones.
const SHOWN_REQUESTS: usize = 20;

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

/// Something that a triggered action did, told to its caller while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionAct {
    /// It sent a request.
    Request(HttpRequest),
    /// It began to write metadata.
    MetadataWrite,
}

/// What is known of an action that has not come to its end.
#[derive(Debug, Clone, Default)]
pub(super) struct ActionProgress {
    /// How many requests it sent, those of actions that it triggered included.
    requests: usize,
    /// The last of them.
    last: VecDeque<String>,
    metadata_writes: usize,
}

impl ActionProgress {
    pub(super) fn note(&mut self, act: ActionAct) {
        match act {
            ActionAct::MetadataWrite => self.metadata_writes += 1,
            ActionAct::Request(HttpRequest { method, url, .. }) => {
                self.requests += 1;
                if self.last.len() == SHOWN_REQUESTS {
                    self.last.pop_front();
                }
                let mut shown = format!("{method} {url}");
                crate::cut(&mut shown, crate::MAX_WORD_BYTES);
                self.last.push_back(shown);
            }
        }
    }
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
    pub(super) fn log_line(
        &self,
        end: Option<&ActionEnd>,
        progress: &ActionProgress,
    ) -> (LogLevel, String, serde_json::Value) {
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
            None => {
                let ActionProgress { requests, last, metadata_writes } = progress;
                let about = json!({
                    "run_id": self.run_id,
                    "requests": requests,
                    "last_requests": last,
                    "metadata_writes": metadata_writes,
                });
                (LogLevel::Warn, format!("{name}: pending"), about)
            }
        }
    }
}
