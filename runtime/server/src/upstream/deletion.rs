//! `DELETE /connections/:id`: cleanup, then Nango deletes it.

use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use onevent_app::ServiceError;
use onevent_contract::{ConnectionId, IntegrationId, RequestId};
use onevent_hosts::ListedConnection;
use onevent_lifecycle::UpstreamEnvironment;
use tracing::Instrument as _;

use super::{body, pass};
use crate::error::ApiError;
use crate::state::ServerState;

pub(super) async fn delete(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    integration: IntegrationId,
    id: ConnectionId,
    request: Request,
) -> Result<Response, ApiError> {
    let (head, body) = request.into_parts();
    let body = body::read(body, state.body_limit()).await?;
    let listed = environment.api.listed_connection(&integration, &id).await.map_err(ServiceError::from)?;
    let (state, environment) = (state.clone(), environment.clone());
    // What was begun comes to its end, also where the caller goes away.
    let done = tokio::spawn(
        async move { cleaned(&state, &environment, listed, &head, body).await }.in_current_span(),
    );
    done.await.map_err(|error| ApiError::internal(&error))?
}

async fn cleaned(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    listed: Option<ListedConnection>,
    head: &Parts,
    body: axum::body::Bytes,
) -> Result<Response, ApiError> {
    let service = state.service();
    let Some(upstream) = service.upstream()? else { return Err(ApiError::internal(&"there is no Nango")) };
    let delete = || pass::whole(&upstream.nango, head, body, state.body_limit());
    // There is none: Nango says so in its own words.
    let Some(listed) = listed else { return Ok(delete().await?.into_response()) };
    let facts = &listed.facts;
    let lifecycle =
        service.upstream_lifecycle(environment, &facts.integration, Some(&facts.provider), None).await?;
    let lifecycle = lifecycle.for_request(head.extensions.get::<RequestId>().cloned());
    // It has gone while another operation of it was waited for.
    let Some(cleaned) = lifecycle.clean_up(&listed).await? else {
        return Ok(delete().await?.into_response());
    };
    match delete().await {
        Ok(answer) if answer.status.is_success() => {
            cleaned.deleted().await?;
            Ok(answer.into_response())
        }
        answer => {
            if !cleaned.not_deleted().await? {
                tracing::warn!(connection = %facts.connection_id, "cleaned up, but Nango did not delete it");
            }
            Ok(answer?.into_response())
        }
    }
}
