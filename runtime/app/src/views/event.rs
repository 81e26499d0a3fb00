//! An event of the queue, what was decided about it, and an act of the audit log.

use onevent_contract::{FunctionName, JsonObject, Operation};
use onevent_store::{AuditEntry, EventSummary};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::DecidedEvent;

/// An event in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ListedEvent {
    /// Its id.
    pub id: String,
    /// `setup`, `cleanup`, `action` or `webhook`.
    pub kind: &'static str,
    /// The integration.
    pub integration: String,
    /// The connection that it is about.
    pub connection_id: String,
    /// The function that is to run, or ran.
    pub function: Option<String>,
    /// The operation that led to it.
    pub operation: Option<&'static str>,
    /// Whose code it is meant for; `null` with the functions of a project folder.
    pub deployment: Option<String>,
    /// `waiting`, `done`, `failed`, `dead` or `skipped`.
    pub state: &'static str,
    /// How often it was begun.
    pub attempt: u32,
    /// How many attempts were made before it was replayed; `null` of one that was not.
    pub replayed_after: Option<u32>,
    /// Nobody begins it before then.
    #[schema(format = DateTime)]
    pub due_at: String,
    /// Until when it is somebody's; `null` where nobody is at it.
    #[schema(format = DateTime)]
    pub leased_until: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
    /// The run that it led to.
    pub run_id: Option<String>,
    /// The HTTP request that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// When it came into the queue.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it ended.
    #[schema(format = DateTime)]
    pub finished_at: Option<String>,
}

impl From<&EventSummary> for ListedEvent {
    fn from(event: &EventSummary) -> Self {
        Self {
            id: event.id.to_string(),
            kind: event.kind.as_str(),
            integration: event.connection.integration.to_string(),
            connection_id: event.connection.connection_id.to_string(),
            function: event.function.as_ref().map(FunctionName::to_string),
            operation: event.operation.map(Operation::as_str),
            deployment: event.deployment.as_ref().map(ToString::to_string),
            state: event.state.as_str(),
            attempt: event.attempt,
            replayed_after: event.replayed_after,
            due_at: event.due_at.to_string(),
            leased_until: event.leased_until.map(|at| at.to_string()),
            error: event.error.clone(),
            run_id: event.run_id.map(|run| run.to_string()),
            request_id: event.request_id.clone().map(String::from),
            created_at: event.created_at.to_string(),
            finished_at: event.finished_at.map(|at| at.to_string()),
        }
    }
}

/// An act of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ListedAct {
    /// Its id.
    pub id: String,
    /// When it was done.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who did it: a key's id, or `cli`.
    pub actor: String,
    /// What was done.
    pub action: &'static str,
    /// What it was done to.
    pub subject: String,
    /// What else there is to know.
    #[schema(value_type = Object)]
    pub detail: JsonObject,
}

impl From<&AuditEntry> for ListedAct {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            at: entry.at.to_string(),
            actor: entry.actor.to_string(),
            action: entry.action.as_str(),
            subject: entry.subject.clone(),
            detail: entry.detail.clone(),
        }
    }
}

/// What came of a decision about an event.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ListedDecision {
    /// The event.
    pub id: String,
    /// Why nothing came of it; `null` where something did.
    pub error: Option<DecisionError>,
}

/// Why nothing came of a decision.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DecisionError {
    /// The code of it.
    pub code: &'static str,
    /// The same in words.
    pub message: String,
}

impl From<&DecidedEvent> for ListedDecision {
    fn from(decided: &DecidedEvent) -> Self {
        let error = decided.error.as_ref();
        let error = error.map(|error| DecisionError { code: error.code(), message: error.to_string() });
        Self { id: decided.id.to_string(), error }
    }
}
