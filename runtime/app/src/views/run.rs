//! A kept run.

use onevent_store::RunSummary;
use serde::Serialize;
use utoipa::ToSchema;

/// A run in a list: an entry of `docs/schemas/runs-list.json`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ListedRun {
    /// Its id.
    pub run_id: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The integration.
    pub integration: String,
    /// The function.
    pub function: String,
    /// The event; `null` of an action.
    pub event: Option<&'static str>,
    /// The connection that it ran for.
    pub connection_id: String,
    /// How it ended.
    pub outcome: &'static str,
    /// When it started.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// How long it took, in milliseconds.
    pub wall_ms: f64,
    /// The run that triggered it with `nango.triggerAction`.
    pub caller_run_id: Option<String>,
    /// The deployment that it ran on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub deployment: Option<String>,
    /// The HTTP request that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
}

impl From<&RunSummary> for ListedRun {
    fn from(run: &RunSummary) -> Self {
        Self {
            run_id: run.run_id.to_string(),
            attempt: run.attempt,
            integration: run.function.integration.to_string(),
            function: run.function.name.to_string(),
            event: run.event.map(onevent_contract::Event::as_str),
            connection_id: run.connection.connection_id.to_string(),
            outcome: run.outcome.as_str(),
            started_at: run.started_at.to_string(),
            wall_ms: run.wall.as_secs_f64() * 1000.0,
            caller_run_id: run.caller_run_id.map(|caller| caller.to_string()),
            deployment: run.deployment.clone(),
            request_id: run.request_id.clone().map(String::from),
        }
    }
}
