//! `PATCH` and `DELETE /integrations/:key`, of integrations that the API made.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_app::FoundIntegration;
use onevent_contract::{EnvironmentName, IntegrationId};
use onevent_store::{Change, IntegrationPatch, StoreError};
use serde_json::Value;

use super::body::{self, UpdateBody};
use super::create::{check_free, shown, taken};
use super::find::listed;
use super::schema::ShownIntegration;
use crate::answer::{Data, Success};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, JsonBody, NoQuery, PathOf, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Update => IntegrationsUpdate;
    Delete => IntegrationsDelete;
}

#[utoipa::path(
    patch,
    path = "/integrations/{key}",
    operation_id = "updateIntegration",
    tag = "integrations",
    summary = "Change an integration that the API made",
    params(
        ("key" = String, Path, description = "The integration"),
    ),
    request_body = UpdateBody,
    responses(
        (status = 200, description = "Done", body = Data<ShownIntegration>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn update(
    caller: Authorized<Update>,
    PathOf(key): PathOf<IntegrationId>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<UpdateBody>,
) -> Result<Json<Value>, ApiError> {
    let environment = caller.environment();
    let found = changeable(&state, environment, &key).await?;
    body::check_display_name(body.display_name.as_ref())?;
    if let Some(new) = body.unique_key.as_ref().filter(|new| **new != key) {
        check_free(&state, new)?;
    }
    let credentials = body::credentials(body.credentials, &found.integration.provider)?;
    let now = body.unique_key.clone().unwrap_or_else(|| key.clone());
    let patch = IntegrationPatch {
        unique_key: body.unique_key,
        display_name: body.display_name.map_or(Change::Keep, Change::Set),
        credentials: credentials.map_or(Change::Keep, Change::Set),
        integration_config: body.integration_config.map(body::object),
        custom: body.custom.map(body::object),
        forward_webhooks: body.forward_webhooks.map(body::forward_webhooks),
    };
    let mut transaction = state.service().store_of(caller.environment()).await?.begin().await?;
    transaction.patch_integration(environment, &key, patch).await.map_err(refused)?;
    transaction.commit().await?;
    shown(&state, environment, &now).await
}

#[utoipa::path(
    delete,
    path = "/integrations/{key}",
    operation_id = "deleteIntegration",
    tag = "integrations",
    summary = "Delete an integration that the API made and that has no connections",
    params(
        ("key" = String, Path, description = "The integration"),
    ),
    responses(
        (status = 200, description = "Done", body = Success),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn delete(
    caller: Authorized<Delete>,
    PathOf(key): PathOf<IntegrationId>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Success>, ApiError> {
    let environment: &EnvironmentName = caller.environment();
    changeable(&state, environment, &key).await?;
    let mut transaction = state.service().store_of(caller.environment()).await?.begin().await?;
    transaction.delete_integration(environment, &key).await.map_err(refused)?;
    transaction.commit().await?;
    Ok(Json(Success::YES))
}

/// What the database refuses. Nango deletes the connections with their integration, and cleans up nothing.
fn refused(error: StoreError) -> ApiError {
    let message = error.to_string();
    match error {
        StoreError::IntegrationExists { integration, .. } => taken(&integration),
        StoreError::UnknownIntegration { .. } => ApiError::not_found(message),
        StoreError::IntegrationInUse { .. } => {
            let message = format!("{message}: delete them first, so that they are cleaned up");
            ApiError::new(StatusCode::CONFLICT, "integration_in_use", message)
        }
        error => error.into(),
    }
}

/// The integration of that name, if the API made it: those of files are changed there.
async fn changeable(
    state: &ServerState,
    environment: &EnvironmentName,
    key: &IntegrationId,
) -> Result<FoundIntegration, ApiError> {
    let found = listed(state, environment, key).await?;
    if found.stored.is_some() {
        return Ok(found);
    }
    let message =
        format!("the integration `{key}` comes from the project's folder or onevent.toml: change it there");
    Err(ApiError::new(StatusCode::CONFLICT, "integration_is_read_only", message))
}
