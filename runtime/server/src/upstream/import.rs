//! `POST /connections`: Nango makes the connection, then it is validated.

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use onevent_app::ServiceError;
use onevent_contract::{ConnectionId, IntegrationId};
use onevent_hosts::ListedConnection;
use onevent_lifecycle::{Learned, UpstreamDecision, UpstreamEnvironment};
use onevent_store::{ConnectionKey, UpstreamState};
use serde_json::Value;
use tracing::Instrument as _;

use super::pass;
use crate::error::ApiError;
use crate::state::ServerState;

/// Whether the connection was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Missing,
    There,
}

pub(super) async fn import(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    request: Request,
) -> Result<Response, ApiError> {
    let (head, body) = request.into_parts();
    let body = read(state, body).await?;
    let (state, environment) = (state.clone(), environment.clone());
    // A caller who goes away leaves no connection behind that nobody decides about.
    let done =
        tokio::spawn(async move { checked(&state, &environment, &head, body).await }.in_current_span());
    done.await.map_err(|error| ApiError::internal(&error))?
}

pub(super) async fn read(state: &ServerState, body: axum::body::Body) -> Result<Bytes, ApiError> {
    to_bytes(body, state.body_limit()).await.map_err(|_| {
        let message = "the body is too large, or did not arrive as a whole";
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", message)
    })
}

async fn checked(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    head: &Parts,
    body: Bytes,
) -> Result<Response, ApiError> {
    let service = state.service();
    let Some(upstream) = service.upstream()? else { return Err(ApiError::internal(&"there is no Nango")) };
    let asked = named(&body);
    let before = match &asked {
        Some((integration, id)) => before(state, environment, integration, id).await?,
        None => Before::Missing,
    };
    let answer = pass::whole(&upstream.nango, head, body, state.body_limit()).await?;
    if !answer.status.is_success() {
        return Ok(answer.into_response());
    }
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let listed = match (ListedConnection::from_json(&json), asked) {
        (Some(listed), _) => listed,
        (None, Some((integration, id))) => {
            let found = environment.api.listed_connection(&integration, &id).await;
            let found = found.map_err(ServiceError::from)?;
            found.ok_or_else(|| ApiError::internal(&"Nango does not have what it has just made"))?
        }
        (None, None) => {
            return Err(ApiError::internal(&"Nango's answer names no connection: it is not validated"));
        }
    };
    match decide(state, environment, &listed, before).await? {
        UpstreamDecision::Accepted => Ok(answer.into_response()),
        UpstreamDecision::Gone => {
            let message = "the connection was rejected, and is deleted already";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "connection_validation_failed", message))
        }
        UpstreamDecision::Rejected { message } => {
            Err(ApiError::new(StatusCode::BAD_REQUEST, "connection_validation_failed", message))
        }
    }
}

async fn decide(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    listed: &ListedConnection,
    before: Before,
) -> Result<UpstreamDecision, ApiError> {
    let facts = &listed.facts;
    let service = state.service();
    let lifecycle =
        service.upstream_lifecycle(environment, &facts.integration, Some(&facts.provider), None).await?;
    match before {
        Before::There => Ok(lifecycle.overridden(listed, Learned::Asked).await?),
        Before::Missing => match lifecycle.created(listed, Learned::Asked).await {
            Ok(decision) => Ok(decision),
            Err(error) => {
                // The caller is told that there is none.
                let gone = environment.api.delete_connection(&facts.integration, &facts.connection_id).await;
                if let Err(error) = gone {
                    tracing::error!(%error, "a connection that nobody has decided about is still at Nango");
                }
                Err(error.into())
            }
        },
    }
}

/// The names in the body of the request.
fn named(body: &[u8]) -> Option<(IntegrationId, ConnectionId)> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let text = |field: &str| json.get(field)?.as_str();
    let integration = IntegrationId::new(text("provider_config_key")?).ok()?;
    Some((integration, ConnectionId::new(text("connection_id")?).ok()?))
}

async fn before(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    integration: &IntegrationId,
    id: &ConnectionId,
) -> Result<Before, ApiError> {
    let key = ConnectionKey::new(environment.name.clone(), integration.clone(), id.clone());
    let known = state.service().store().await?.upstream_connection(&key).await?;
    if known.is_some_and(|known| known.state != UpstreamState::DeletedBehind) {
        return Ok(Before::There);
    }
    // Made while nobody told: what is rejected must not be deleted then.
    let found = environment.api.listed_connection(integration, id).await.map_err(ServiceError::from)?;
    Ok(if found.is_some() { Before::There } else { Before::Missing })
}
