//! Webhooks to the operator's app, with their attempts: onevent's own routes.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_app::{ListedWebhook, ShownWebhook};
use onevent_lifecycle::resend_webhook;
use onevent_store::{DEFAULT_EVENT_LIMIT, EventFilter, EventId, EventKind, EventState};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Authorized, FromQuery, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Read => ConnectionsRead;
    Send => ConnectionsUpdate;
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read)).routes(routes!(resend))
}

/// Webhooks.
#[derive(Serialize, ToSchema)]
struct WebhookList {
    webhooks: Vec<ListedWebhook>,
}

/// The new one.
#[derive(Serialize, ToSchema)]
struct Resent {
    id: String,
}

/// Which webhooks are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `waiting`, `done`, `failed` or `skipped`
    #[param(required = false, value_type = String)]
    state: Option<EventState>,
    /// 1 to 1,000; 50
    #[param(required = false, value_type = u32)]
    limit: u32,
}

impl FromQuery for Wanted {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let state = query.named("state", EventState::from_name);
        Some(Self { state, limit: query.limit(DEFAULT_EVENT_LIMIT) })
    }
}

#[utoipa::path(
    get,
    path = "/webhooks",
    operation_id = "listWebhooks",
    tag = "webhooks",
    summary = "Webhooks to the operator's app, the newest first",
    params(Wanted),
    responses((status = 200, description = "Done", body = WebhookList)),
)]
async fn list(
    caller: Authorized<Read>,
    StrictQuery(Wanted { state: wanted, limit }): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<WebhookList>, ApiError> {
    let filter = EventFilter {
        state: wanted,
        kind: Some(EventKind::Webhook),
        limit,
        ..EventFilter::of(caller.environment().clone())
    };
    let events = state.service().store_of(caller.environment()).await?.events(&filter).await?;
    Ok(Json(WebhookList { webhooks: events.iter().map(ListedWebhook::from).collect() }))
}

#[utoipa::path(
    get,
    path = "/webhooks/{id}",
    operation_id = "getWebhook",
    tag = "webhooks",
    summary = "One webhook with its attempts",
    params(("id" = String, Path, description = "The webhook")),
    responses((status = 200, description = "Done", body = ShownWebhook)),
)]
async fn read(
    caller: Authorized<Read>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<ShownWebhook>, ApiError> {
    let id = EventId::parse(&id).ok_or_else(|| unknown(&id))?;
    let store = state.service().store_of(caller.environment()).await?;
    let found = ShownWebhook::read(store, caller.environment(), id).await?;
    Ok(Json(found.ok_or_else(|| unknown(&id.to_string()))?))
}

#[utoipa::path(
    post,
    path = "/webhooks/{id}/resend",
    operation_id = "resendWebhook",
    tag = "webhooks",
    summary = "Send one again, as a new webhook",
    params(("id" = String, Path, description = "The webhook")),
    responses((status = 202, description = "It is in the queue", body = Resent)),
)]
async fn resend(
    caller: Authorized<Send>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<(StatusCode, Json<Resent>), ApiError> {
    let event = EventId::parse(&id).ok_or_else(|| unknown(&id))?;
    let store = state.service().store_of(caller.environment()).await?;
    let sent = resend_webhook(store, caller.environment(), event, caller.request_id()).await?;
    let sent = sent.ok_or_else(|| unknown(&id))?;
    Ok((StatusCode::ACCEPTED, Json(Resent { id: sent.to_string() })))
}

fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no webhook `{id}`"))
}
