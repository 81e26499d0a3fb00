//! A webhook to the operator's app, and what came back of its attempts.

use onevent_contract::{EnvironmentName, Operation};
use onevent_store::{EventId, EventKind, EventSummary, Store, StoreError, WebhookAttempt};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A webhook in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ListedWebhook {
    /// Its id.
    pub id: String,
    /// The integration.
    pub integration: String,
    /// The connection that it tells of.
    pub connection_id: String,
    /// What happened to it.
    pub operation: Option<&'static str>,
    /// `waiting`, `done`, `failed` or `skipped`.
    pub state: &'static str,
    /// How often it was sent.
    pub attempt: u32,
    /// It is not sent before then.
    #[schema(format = DateTime)]
    pub due_at: String,
    /// What went wrong last.
    pub error: Option<String>,
    /// When it came into the queue.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was taken, or given up.
    #[schema(format = DateTime)]
    pub finished_at: Option<String>,
    /// The HTTP request that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
}

impl From<&EventSummary> for ListedWebhook {
    fn from(event: &EventSummary) -> Self {
        Self {
            id: event.id.to_string(),
            integration: event.connection.integration.to_string(),
            connection_id: event.connection.connection_id.to_string(),
            operation: event.operation.map(Operation::as_str),
            state: event.state.as_str(),
            attempt: event.attempt,
            due_at: event.due_at.to_string(),
            error: event.error.clone(),
            created_at: event.created_at.to_string(),
            finished_at: event.finished_at.map(|at| at.to_string()),
            request_id: event.request_id.clone().map(String::from),
        }
    }
}

/// One attempt to deliver a webhook.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ShownAttempt {
    /// 1 for the first.
    pub attempt: u32,
    /// Where it went.
    pub url: String,
    /// When it was sent.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// How long it took.
    pub duration_ms: f64,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
}

impl From<&WebhookAttempt> for ShownAttempt {
    fn from(attempt: &WebhookAttempt) -> Self {
        Self {
            attempt: attempt.attempt,
            url: attempt.url.clone(),
            started_at: attempt.started_at.to_string(),
            duration_ms: attempt.duration.as_secs_f64() * 1000.0,
            status: attempt.status,
            error: attempt.error.clone(),
        }
    }
}

/// A webhook with its attempts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ShownWebhook {
    /// What lists show of it.
    #[serde(flatten)]
    pub webhook: ListedWebhook,
    /// What is sent.
    #[schema(value_type = Value)]
    pub body: Value,
    /// Its attempts, the first one first.
    pub attempts: Vec<ShownAttempt>,
}

impl ShownWebhook {
    /// Reads a webhook of an environment; `None` where there is none of that id.
    ///
    /// # Errors
    /// All of the store.
    pub async fn read(
        store: &Store,
        environment: &EnvironmentName,
        id: EventId,
    ) -> Result<Option<Self>, StoreError> {
        let found = store.event(environment, id).await?;
        let Some(event) = found.filter(|event| event.summary.kind == EventKind::Webhook) else {
            return Ok(None);
        };
        let attempts = store.webhook_attempts(environment, id).await?;
        let body = event.payload.get("body").and_then(Value::as_str).unwrap_or_default();
        Ok(Some(Self {
            webhook: ListedWebhook::from(&event.summary),
            body: serde_json::from_str(body).unwrap_or_default(),
            attempts: attempts.iter().map(ShownAttempt::from).collect(),
        }))
    }
}
