//! `POST /connections`: a connection with credentials that the caller has.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_app::{Operations, ServiceError};
use onevent_contract::{ConnectionId, Credentials, IntegrationId, JsonObject, Tags};
use onevent_lifecycle::{LifecycleError, OperationReport, check_credentials};
use onevent_proxy::Integration;
use onevent_store::{ConnectionKey, NewConnection, Reconnection, StoreError, Visibility};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::details::{EndUserBody, Given};
use super::schema::FullConnection;
use super::shape;
use crate::error::{ApiError, ErrorBody, FieldError};
use crate::extract::{Authorized, JsonBody, NoQuery, Precondition, StrictQuery, needs, present};
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

/// Creates the connection; one that is there already gets new credentials, unless the caller wants only one of the two. The
/// caller waits for the validation, and learns whether it accepted.
#[utoipa::path(
    post,
    path = "/connections",
    operation_id = "importConnection",
    tag = "connections",
    summary = "Import a connection, or give it new credentials",
    params(
        ("if-none-match" = Option<String>, Header, description = "`*`: only create; 412 where it is there already"),
        ("if-match" = Option<String>, Header, description = "`*`: only give new credentials; 412 where it is not there"),
    ),
    request_body = ImportBody,
    responses(
        (status = 201, description = "Done", body = FullConnection),
        (status = 412, description = "It is there already, or is not there, where a header asked for the other", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn import(
    caller: Authorized<Create>,
    precondition: Precondition,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
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
    let import = Import {
        key: key.clone(),
        provider: integration.provider.name.clone(),
        credentials: credentials(body.credentials, &integration)?,
        connection_config: body.connection_config,
        metadata: body.metadata,
        given,
    };
    let operations = &service.operations(caller.request_id());
    let report = match precondition {
        Precondition::None => match create(operations, import.clone()).await {
            Err(error) if already_there(&error) => reconnect(operations, import).await?,
            created => created?,
        },
        Precondition::IsNew => match create(operations, import).await {
            Err(error) if already_there(&error) => {
                return Err(Precondition::failed("connection_exists", &error));
            }
            created => created?,
        },
        Precondition::IsThere => match reconnect(operations, import).await {
            Err(error) if is_missing(&error) => {
                return Err(Precondition::failed("unknown_connection", &error));
            }
            reconnected => reconnected?,
        },
    };
    if report.accepted == Some(false) {
        let message = report.message.unwrap_or_default();
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "connection_validation_failed", message));
    }
    // Its users may have to wait for its setup; whoever made it has it.
    let stored =
        service.store_of(&key.environment).await?.connection(&key, Visibility::IncludingPending).await?;
    let stored = stored.ok_or(StoreError::UnknownConnection { key })?;
    Ok((StatusCode::CREATED, Json(shape::imported(&stored.connection))))
}

/// What is imported, checked.
#[derive(Clone)]
struct Import {
    key: ConnectionKey,
    provider: String,
    credentials: Credentials,
    connection_config: Option<JsonObject>,
    metadata: Option<JsonObject>,
    given: Given,
}

async fn create(operations: &Operations<'_>, import: Import) -> Result<OperationReport, ServiceError> {
    let Import { key, provider, credentials, connection_config, metadata, given } = import;
    let connection_config = connection_config.unwrap_or_default();
    let details = given.into_details();
    operations
        .create(NewConnection { key, provider, credentials, connection_config, metadata, details })
        .await
}

/// Gives the connection new credentials. Metadata survives a reconnect, unless the caller gives some.
async fn reconnect(operations: &Operations<'_>, import: Import) -> Result<OperationReport, ServiceError> {
    let Import { key, provider, credentials, connection_config, metadata, given } = import;
    let details = given.into_patch();
    operations
        .reconnect(&key, Reconnection { provider, credentials, connection_config, details, metadata })
        .await
}

fn already_there(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Lifecycle(LifecycleError::Store(StoreError::ConnectionExists { .. })))
}

fn is_missing(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::Store(StoreError::UnknownConnection { .. })
            | ServiceError::Lifecycle(LifecycleError::Store(StoreError::UnknownConnection { .. }))
    )
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
