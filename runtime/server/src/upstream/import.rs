//! `POST /connections`: Nango makes the connection, then it is validated.

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use onevent_app::{ServiceError, Upstream};
use onevent_contract::{ConnectionId, IntegrationId, RequestId};
use onevent_hosts::{LastChange, ListedConnection};
use onevent_lifecycle::{Learned, UpstreamDecision, UpstreamEnvironment};
use onevent_store::{ConnectionKey, StoreError};
use serde_json::Value;
use tracing::Instrument as _;

use super::body;
use super::pass::{self, Whole};
use crate::error::ApiError;
use crate::extract::Precondition;
use crate::state::ServerState;

pub(super) async fn import(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    request: Request,
) -> Result<Response, ApiError> {
    let (head, body) = request.into_parts();
    let body = body::read(body, state.body_limit()).await?;
    let (state, environment) = (state.clone(), environment.clone());
    // A caller who goes away leaves no connection behind that nobody decides about.
    let done =
        tokio::spawn(async move { checked(&state, &environment, &head, body).await }.in_current_span());
    done.await.map_err(|error| ApiError::internal(&error))?
}

async fn checked(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    head: &Parts,
    body: Bytes,
) -> Result<Response, ApiError> {
    let Some(upstream) = state.service().upstream()? else {
        return Err(ApiError::internal(&"there is no Nango"));
    };
    let (answer, decision) = match named(&body) {
        Some((integration, id)) => {
            Box::pin(of_name(state, upstream, environment, &integration, &id, head, body)).await?
        }
        None => {
            let answer = pass::whole(&upstream.nango, head, body, state.body_limit()).await?;
            let request_id = head.extensions.get::<RequestId>().cloned();
            let decision = match answer.status.is_success() {
                true => Some(unnamed(state, environment, &answer, request_id).await?),
                false => None,
            };
            (answer, decision)
        }
    };
    let refused = |message| ApiError::new(StatusCode::BAD_REQUEST, "connection_validation_failed", message);
    match decision {
        None | Some(UpstreamDecision::Accepted) => Ok(answer.into_response()),
        Some(UpstreamDecision::Rejected { message }) => Err(refused(message)),
        Some(UpstreamDecision::Gone) => {
            Err(refused("the connection was rejected, and is deleted already".into()))
        }
    }
}

/// The operation begins before Nango is asked, so that its own webhook comes second.
async fn of_name(
    state: &ServerState,
    upstream: &Upstream,
    environment: &UpstreamEnvironment,
    integration: &IntegrationId,
    id: &ConnectionId,
    head: &Parts,
    body: Bytes,
) -> Result<(Whole, Option<UpstreamDecision>), ApiError> {
    let lifecycle = state.service().upstream_lifecycle(environment, integration, None, None).await?;
    let lifecycle = lifecycle.for_request(head.extensions.get::<RequestId>().cloned());
    let import = lifecycle.begin_import(integration, id).await?;
    if let Err(error) = check(environment, integration, id, head).await {
        import.not_made().await;
        return Err(error);
    }
    let answer = match pass::whole(&upstream.nango, head, body, state.body_limit()).await {
        Ok(answer) if answer.status.is_success() => answer,
        refused => {
            import.not_made().await;
            return Ok((refused?, None));
        }
    };
    let (listed, change) = read(&answer);
    let listed = match listed {
        Some(listed) => Some(listed),
        // The older route's answer names no connection.
        None => environment.api.listed_connection(integration, id).await.map_err(ServiceError::from)?,
    };
    let listed = listed.ok_or_else(|| ApiError::internal(&"Nango does not have what it has just made"))?;
    let decision = import.decide(&listed, change).await?;
    Ok((answer, Some(decision)))
}

/// Nango knows no such conditions. No import that goes through here comes in between; what is done at Nango itself may.
async fn check(
    environment: &UpstreamEnvironment,
    integration: &IntegrationId,
    id: &ConnectionId,
    head: &Parts,
) -> Result<(), ApiError> {
    let precondition = Precondition::read(&head.headers)?;
    if precondition == Precondition::None {
        return Ok(());
    }
    let found = environment.api.listed_connection(integration, id).await.map_err(ServiceError::from)?;
    let key = ConnectionKey::new(environment.name.clone(), integration.clone(), id.clone());
    match (precondition, found) {
        (Precondition::IsNew, Some(_)) => {
            Err(Precondition::failed("connection_exists", &StoreError::ConnectionExists { key }))
        }
        (Precondition::IsThere, None) => {
            Err(Precondition::failed("unknown_connection", &StoreError::UnknownConnection { key }))
        }
        _ => Ok(()),
    }
}

/// Nango has given it a name. Its webhook may have come first.
async fn unnamed(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    answer: &Whole,
    request_id: Option<RequestId>,
) -> Result<UpstreamDecision, ApiError> {
    let (Some(listed), _) = read(answer) else {
        return Err(ApiError::internal(&"Nango's answer names no connection: it is not validated"));
    };
    let (integration, provider) = (&listed.facts.integration, listed.facts.provider.as_str());
    let service = state.service();
    let lifecycle = service.upstream_lifecycle(environment, integration, Some(provider), None).await?;
    let lifecycle = lifecycle.for_request(request_id);
    match lifecycle.created(&listed, Learned::Asked).await {
        Ok(decision) => Ok(decision),
        Err(error) => {
            lifecycle.take_back(&listed).await;
            Err(error.into())
        }
    }
}

/// The connection in Nango's answer, and its last change.
fn read(answer: &Whole) -> (Option<ListedConnection>, Option<LastChange>) {
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (ListedConnection::from_json(&json), LastChange::from_json(&json))
}

/// The names in the body of the request.
fn named(body: &[u8]) -> Option<(IntegrationId, ConnectionId)> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let text = |field: &str| json.get(field)?.as_str();
    let integration = IntegrationId::new(text("provider_config_key")?).ok()?;
    Some((integration, ConnectionId::new(text("connection_id")?).ok()?))
}
