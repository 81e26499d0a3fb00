//! Integrations: those of the project's folder and settings, which the API shows and does not change.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use onevent_contract::{ApiScope, IntegrationId, IntegrationInclude};
use onevent_hosts::shown_integration;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::extract::{Authorized, FromQuery, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    List => IntegrationsList;
    Read => IntegrationsRead | IntegrationsReadCredentials;
    Update => IntegrationsUpdate;
    Delete => IntegrationsDelete;
}

pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/integrations", get(list))
        .route("/integrations/{key}", get(one).patch(update).delete(delete))
}

/// What more of an integration is asked for.
struct OneQuery {
    include: Vec<IntegrationInclude>,
}

impl FromQuery for OneQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let mut include = Vec::new();
        for wanted in query.all("include") {
            match wanted.as_str() {
                "webhook" => include.push(IntegrationInclude::Webhook),
                "credentials" => include.push(IntegrationInclude::Credentials),
                _ => {
                    query.mistake("include", "invalid_value", "this parameter is `webhook` or `credentials`")
                }
            }
        }
        Some(Self { include })
    }
}

async fn list(
    caller: Authorized<List>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let all = state.service().configured_integrations()?;
    let shown: Vec<_> =
        all.values().map(|integration| shown_integration(integration, caller.environment(), &[])).collect();
    Ok(Json(json!({ "data": shown })))
}

async fn one(
    caller: Authorized<Read>,
    PathOf(key): PathOf<IntegrationId>,
    StrictQuery(query): StrictQuery<OneQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let secret = query.include.contains(&IntegrationInclude::Credentials);
    if secret && !caller.may(ApiScope::IntegrationsReadCredentials) {
        return Err(ApiError::forbidden(&[ApiScope::IntegrationsReadCredentials]));
    }
    let all = state.service().configured_integrations()?;
    let found = all.get(&key).ok_or_else(|| unknown(&key))?;
    Ok(Json(json!({ "data": shown_integration(found, caller.environment(), &query.include) })))
}

async fn update(
    _caller: Authorized<Update>,
    PathOf(key): PathOf<IntegrationId>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    Err(read_only(&state, &key)?)
}

async fn delete(
    _caller: Authorized<Delete>,
    PathOf(key): PathOf<IntegrationId>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    Err(read_only(&state, &key)?)
}

/// The answer to a change of an integration that files say.
fn read_only(state: &ServerState, key: &IntegrationId) -> Result<ApiError, ApiError> {
    if !state.service().configured_integrations()?.contains_key(key) {
        return Ok(unknown(key));
    }
    let message =
        format!("the integration `{key}` comes from the project's folder or onevent.toml: change it there");
    Ok(ApiError::new(StatusCode::CONFLICT, "integration_is_read_only", message))
}

pub(super) fn unknown(key: &IntegrationId) -> ApiError {
    ApiError::not_found(format!("there is no integration `{key}`"))
}
