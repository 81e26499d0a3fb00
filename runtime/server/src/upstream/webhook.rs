//! `POST /webhooks/nango`: what Nango tells of its connections.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use onevent_app::{ServiceError, Upstream};
use onevent_contract::{ConnectionId, IntegrationId, RequestId};
use onevent_lifecycle::{
    HMAC_HEADER, Learned, NangoWebhook, UpstreamDecision, UpstreamEnvironment, WebhookKind,
};
use serde_json::json;
use tracing::Instrument as _;

use super::{body, pass};
use crate::error::ApiError;
use crate::state::ServerState;

/// The largest webhook: the limit of GitHub's, which Nango hands on. Until all of it is here, nobody knows who sends it.
const MAX_WEBHOOK_BYTES: usize = 25 * 1024 * 1024;
/// How long an HMAC of SHA-256 is in hexadecimal.
const SIGNATURE_LENGTH: usize = 64;

fn is_signature(text: &str) -> bool {
    text.len() == SIGNATURE_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) async fn receive(
    state: &ServerState,
    upstream: &Upstream,
    request: Request,
) -> Result<Response, ApiError> {
    let (head, body) = request.into_parts();
    let unsigned = || {
        let message = "the signature is missing, or made with a key that is not known here";
        ApiError::new(StatusCode::UNAUTHORIZED, "invalid_signature", message)
    };
    // Nothing is read for somebody who has no signature at all.
    let signature = head.headers.get(HMAC_HEADER).and_then(|signature| signature.to_str().ok());
    let signature = signature.filter(|signature| is_signature(signature)).ok_or_else(unsigned)?;
    let body = body::read(body, state.body_limit().min(MAX_WEBHOOK_BYTES)).await?;
    let webhook = NangoWebhook::read(&body);
    let named = webhook.as_ref().and_then(NangoWebhook::environment);
    let signed = upstream.environments.of_signature(&body, signature, named);
    let environment = signed.ok_or_else(unsigned)?;
    tracing::Span::current().record("environment", environment.name.as_str());
    let about = webhook.as_ref().and_then(|webhook| Some((webhook.kind(), webhook.connection()?)));
    match (webhook, about) {
        (
            Some(webhook),
            Some((kind @ (WebhookKind::Creation | WebhookKind::Override), (integration, id))),
        ) => {
            let (state, environment) = (state.clone(), environment.clone());
            let request_id = head.extensions.get::<RequestId>().cloned();
            // Nango waits 20 seconds; a validation that takes longer comes to its end all the same.
            let deciding = async move {
                decide(&state, &environment, request_id, &webhook, kind, &integration, &id).await
            };
            let done = tokio::spawn(deciding.in_current_span());
            done.await.map_err(|error| ApiError::internal(&error))??;
            Ok(Json(json!({ "success": true })).into_response())
        }
        _ => on_to_the_app(state, upstream, &head, body).await,
    }
}

/// Decides about the connection. Where nothing can be decided, Nango is told so, and tells again.
async fn decide(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    request_id: Option<RequestId>,
    webhook: &NangoWebhook,
    kind: WebhookKind,
    integration: &IntegrationId,
    id: &ConnectionId,
) -> Result<UpstreamDecision, ApiError> {
    let service = state.service();
    let listed = environment.api.listed_connection(integration, id).await.map_err(ServiceError::from)?;
    let Some(listed) = listed else {
        tracing::info!(connection = %id, "a webhook tells of a connection that is gone");
        return Ok(UpstreamDecision::Gone);
    };
    let provider = Some(listed.facts.provider.as_str());
    let lifecycle = service.upstream_lifecycle(environment, integration, provider, None).await?;
    let lifecycle = lifecycle.for_request(request_id);
    Ok(match kind {
        WebhookKind::Override => lifecycle.overridden(&listed, webhook).await?,
        WebhookKind::Creation | WebhookKind::Other => {
            lifecycle.created(&listed, Learned::Webhook(webhook)).await?
        }
    })
}

/// What onevent has no part in goes on as it is; the app's answer is Nango's to handle.
async fn on_to_the_app(
    state: &ServerState,
    upstream: &Upstream,
    head: &Parts,
    body: Bytes,
) -> Result<Response, ApiError> {
    match &upstream.app {
        Some(app) => Ok(pass::whole_to_base(app, head, body, state.body_limit()).await?.into_response()),
        None => Ok(Json(json!({ "success": true })).into_response()),
    }
}
