//! Webhooks to the operator's app, with their attempts: onevent's own routes.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use onevent_lifecycle::resend_webhook;
use onevent_store::{EventFilter, EventId, EventKind, EventState, EventSummary, WebhookAttempt};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::extract::{Authorized, FromQuery, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

/// The most webhooks of one answer.
const MAX_LIMIT: u32 = 1_000;

needs! {
    Read => ConnectionsRead;
    Send => ConnectionsUpdate;
}

pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/webhooks", get(list))
        .route("/webhooks/{id}", get(read))
        .route("/webhooks/{id}/resend", post(resend))
}

/// Which webhooks are wanted.
struct Wanted {
    state: Option<EventState>,
    limit: u32,
}

impl FromQuery for Wanted {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let known = query.text("state").as_deref().map(EventState::from_name);
        if let Some(None) = known {
            query.mistake("state", "invalid_value", "there is no such state");
        }
        let limit = query.number("limit", 1..=MAX_LIMIT).unwrap_or(onevent_store::DEFAULT_EVENT_LIMIT);
        Some(Self { state: known.flatten(), limit })
    }
}

async fn list(
    caller: Authorized<Read>,
    StrictQuery(Wanted { state: wanted, limit }): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let filter = EventFilter {
        state: wanted,
        kind: Some(EventKind::Webhook),
        limit,
        ..EventFilter::of(caller.environment().clone())
    };
    let events = state.service().store().await?.events(&filter).await?;
    Ok(Json(json!({ "webhooks": events.iter().map(shown).collect::<Vec<_>>() })))
}

async fn read(
    caller: Authorized<Read>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let id = EventId::parse(&id).ok_or_else(|| unknown(&id))?;
    let store = state.service().store().await?;
    let found = store.event(caller.environment(), id).await?;
    let found = found.filter(|event| event.summary.kind == EventKind::Webhook);
    let event = found.ok_or_else(|| unknown(&id.to_string()))?;
    let attempts = store.webhook_attempts(caller.environment(), id).await?;
    let mut document = shown(&event.summary);
    let body = event.payload.get("body").and_then(Value::as_str).unwrap_or_default();
    document["body"] = serde_json::from_str(body).unwrap_or_default();
    document["attempts"] = attempts.iter().map(attempt).collect();
    Ok(Json(document))
}

async fn resend(
    caller: Authorized<Send>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let event = EventId::parse(&id).ok_or_else(|| unknown(&id))?;
    let store = state.service().store().await?;
    let sent = resend_webhook(store, caller.environment(), event).await?.ok_or_else(|| unknown(&id))?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": sent.to_string() }))))
}

fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no webhook `{id}`"))
}

fn shown(event: &EventSummary) -> Value {
    json!({
        "id": event.id.to_string(),
        "integration": event.connection.integration,
        "connection_id": event.connection.connection_id,
        "operation": event.operation,
        "state": event.state.as_str(),
        "attempt": event.attempt,
        "due_at": event.due_at,
        "error": event.error,
        "created_at": event.created_at,
        "finished_at": event.finished_at,
    })
}

fn attempt(attempt: &WebhookAttempt) -> Value {
    json!({
        "attempt": attempt.attempt,
        "url": attempt.url,
        "started_at": attempt.started_at,
        "duration_ms": attempt.duration.as_secs_f64() * 1000.0,
        "status": attempt.status,
        "error": attempt.error,
    })
}
