//! `POST /connections`: a connection with credentials that the caller has.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_app::Service;
use onevent_app::ServiceError;
use onevent_contract::{ConnectionId, Credentials, IntegrationId, JsonObject, Tags};
use onevent_lifecycle::{
    LifecycleError, MetadataChange, OperationReport, change_metadata, check_credentials,
};
use onevent_proxy::Integration;
use onevent_store::{ConnectionKey, NewConnection, Reconnection, StoreError, Visibility};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::details::{EndUserBody, Given};
use super::shape;
use crate::error::{ApiError, ErrorBody, FieldError};
use crate::extract::{Authorized, JsonBody, needs, present};
use crate::routes::integrations;
use crate::state::ServerState;

needs! {
    Create => ConnectionsCreate;
}

/// The connection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportBody {
    #[schema(value_type = String)]
    provider_config_key: IntegrationId,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    connection_id: Option<ConnectionId>,
    #[schema(value_type = Object)]
    credentials: Value,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Object>)]
    connection_config: Option<JsonObject>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Object>)]
    metadata: Option<JsonObject>,
    #[serde(default, deserialize_with = "present")]
    end_user: Option<EndUserBody>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<HashMap<String, String>>)]
    tags: Option<Tags>,
    #[serde(default, deserialize_with = "present")]
    webhook_url_override: Option<String>,
}

/// Creates the connection; one that is there already gets new credentials. The caller waits for the validation, and
/// learns whether it accepted.
#[utoipa::path(
    post,
    path = "/connections",
    operation_id = "importConnection",
    tag = "connections",
    summary = "Import a connection, or give it new credentials",
    request_body = ImportBody,
    responses(
        (status = 201, description = "Done", body = Object),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn import(
    caller: Authorized<Create>,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<ImportBody>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let service = state.service();
    let integration = integrations::found(&state, caller.environment(), &body.provider_config_key).await?;
    let integration = integration.integration;
    let id = match body.connection_id {
        Some(id) => id,
        None => ConnectionId::new(Uuid::new_v4().to_string()).map_err(|error| ApiError::internal(&error))?,
    };
    let key = ConnectionKey::new(caller.environment().clone(), body.provider_config_key, id);
    let given = Given::new(body.end_user, body.tags, body.webhook_url_override)?;
    let new = NewConnection {
        key: key.clone(),
        provider: integration.provider.name.clone(),
        credentials: credentials(body.credentials, &integration)?,
        connection_config: body.connection_config.clone().unwrap_or_default(),
        metadata: body.metadata.clone(),
        details: given.clone().into_details(),
    };
    let report = match service.create(new.clone()).await {
        Err(error) if already_there(&error) => {
            let NewConnection { provider, credentials, .. } = new;
            let connection_config = body.connection_config;
            let new = Reconnection { provider, credentials, connection_config, details: given.into_patch() };
            reconnect(service, &key, new, body.metadata).await?
        }
        created => created?,
    };
    if report.accepted == Some(false) {
        let message = report.message.unwrap_or_default();
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "connection_validation_failed", message));
    }
    // Its users may have to wait for its setup; whoever made it has it.
    let stored = service.store().await?.connection(&key, Visibility::IncludingPending).await?;
    let stored = stored.ok_or(StoreError::UnknownConnection { key })?;
    Ok((StatusCode::CREATED, Json(shape::imported(&stored.connection))))
}

/// Gives the connection new credentials. Metadata survives a reconnect; where the caller gives some, it is set once the
/// credentials are accepted.
async fn reconnect(
    service: &Service,
    key: &ConnectionKey,
    new: Reconnection,
    metadata: Option<JsonObject>,
) -> Result<OperationReport, ApiError> {
    let report = service.reconnect(key, new).await?;
    if let (Some(true), Some(metadata)) = (report.accepted, metadata) {
        change_metadata(service.store().await?, key, MetadataChange::Set(metadata)).await?;
    }
    Ok(report)
}

fn already_there(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Lifecycle(LifecycleError::Store(StoreError::ConnectionExists { .. })))
}

fn credentials(given: Value, integration: &Integration) -> Result<Credentials, ApiError> {
    let invalid = |message: String| {
        ApiError::invalid("invalid_body", vec![FieldError::of("credentials", "custom", message)])
    };
    let mode = integration.provider.supported_auth_mode();
    let credentials = Credentials::from_json(given, mode).map_err(|error| invalid(error.to_string()))?;
    let checked = check_credentials(&credentials, &integration.provider.name, mode);
    checked.map_err(|error| invalid(error.to_string()))?;
    Ok(credentials)
}
