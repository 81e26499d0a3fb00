//! What the store keeps of a run.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{
    ConnectionId, EnvironmentName, Event, FunctionKey, FunctionName, IntegrationId, Outcome, RequestId, RunId,
};
use serde_json::Value;

use crate::ConnectionKey;

/// How many runs a list holds unless the caller says otherwise.
pub const DEFAULT_RUN_LIMIT: u32 = 50;

/// Which runs to list.
#[derive(Debug, Clone)]
pub struct RunFilter {
    /// Of this environment.
    pub environment: EnvironmentName,
    /// Of this integration.
    pub integration: Option<IntegrationId>,
    /// Of the connections with this id.
    pub connection_id: Option<ConnectionId>,
    /// Of the functions with this name.
    pub function: Option<FunctionName>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// Caused by this request.
    pub request_id: Option<RequestId>,
    /// At most this many; default [`DEFAULT_RUN_LIMIT`].
    pub limit: u32,
}

impl RunFilter {
    /// The newest runs of an environment.
    #[must_use]
    pub fn of(environment: EnvironmentName) -> Self {
        Self {
            environment,
            integration: None,
            connection_id: None,
            function: None,
            outcome: None,
            request_id: None,
            limit: DEFAULT_RUN_LIMIT,
        }
    }
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSummary {
    /// The run's id.
    pub run_id: RunId,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The connection it ran for.
    pub connection: ConnectionKey,
    /// The function.
    pub function: FunctionKey,
    /// The event; `None` of an action.
    pub event: Option<Event>,
    /// How it ended.
    pub outcome: Outcome,
    /// When it started.
    pub started_at: Timestamp,
    /// How long it took; the store keeps whole microseconds.
    pub wall: Duration,
    /// The run that triggered it; `None` of an event function.
    pub caller_run_id: Option<RunId>,
    /// The deployment that it ran on; `None` with the functions of a project folder.
    pub deployment: Option<String>,
    /// The request that led to it; `None` where none did.
    pub request_id: Option<RequestId>,
}

/// A stored run.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// What lists show of it.
    pub summary: RunSummary,
    /// The JSON form of its [`RunReport`](onevent_contract::RunReport), as it was when the run ended.
    pub report: Value,
}
