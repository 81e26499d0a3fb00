//! `POST /integrations`, with an app of one's own or without one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use onevent_contract::{EnvironmentName, IntegrationId};
use onevent_proxy::Provider;
use onevent_store::{NewIntegration, StoreError};
use serde_json::{Value, json};

use super::body::{self, CreateBody, QuickstartBody};
use super::find::listed;
use super::schema::ShownIntegration;
use super::shape;
use crate::answer::Data;
use crate::error::{ApiError, ErrorBody, FieldError};
use crate::extract::{Authorized, JsonBody, NoQuery, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Create => IntegrationsCreate;
}

#[utoipa::path(
    post,
    path = "/integrations",
    operation_id = "createIntegration",
    tag = "integrations",
    summary = "Make an integration",
    request_body = CreateBody,
    responses(
        (status = 200, description = "Done", body = Data<ShownIntegration>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn create(
    caller: Authorized<Create>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<CreateBody>,
) -> Result<Json<Value>, ApiError> {
    let provider = provider(&state, &body.provider)?;
    made(&state, caller.environment(), &provider, body).await
}

/// Nango brings apps of its own for a first try; onevent has none.
#[utoipa::path(
    post,
    path = "/integrations/quickstart",
    operation_id = "createQuickstartIntegration",
    tag = "integrations",
    summary = "Make an integration without an app of your own",
    request_body = QuickstartBody,
    responses(
        (status = 200, description = "Done", body = Data<ShownIntegration>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn quickstart(
    caller: Authorized<Create>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<QuickstartBody>,
) -> Result<Json<Value>, ApiError> {
    let provider = provider(&state, &body.provider)?;
    if body::needs_app(&provider) {
        let message = format!(
            "connections of {} need an app at the provider, and onevent brings none: create the integration with \
             its credentials, by POST /integrations",
            provider.name
        );
        return Err(body::invalid(vec![FieldError::of("provider", "invalid_value", message)]));
    }
    let QuickstartBody { provider: name, unique_key, display_name, forward_webhooks } = body;
    let body = CreateBody {
        provider: name,
        unique_key,
        display_name,
        credentials: None,
        forward_webhooks,
        integration_config: None,
        custom: None,
    };
    made(&state, caller.environment(), &provider, body).await
}

fn provider(state: &ServerState, name: &str) -> Result<Arc<Provider>, ApiError> {
    let unknown = || {
        let error = FieldError::of("provider", "invalid_value", "there is no such provider");
        body::invalid(vec![error])
    };
    state.service().integrations()?.providers().get(name).ok_or_else(unknown)
}

/// Makes it, if it may be made.
async fn made(
    state: &ServerState,
    environment: &EnvironmentName,
    provider: &Provider,
    body: CreateBody,
) -> Result<Json<Value>, ApiError> {
    body::check_display_name(body.display_name.as_ref())?;
    let new = NewIntegration {
        environment: environment.clone(),
        unique_key: body.unique_key,
        provider: provider.name.clone(),
        display_name: body.display_name,
        credentials: body::credentials(body.credentials, provider)?,
        integration_config: body.integration_config.map(body::object).unwrap_or_default(),
        custom: body.custom.map(body::object).unwrap_or_default(),
        forward_webhooks: body.forward_webhooks.map(body::forward_webhooks).unwrap_or_default(),
    };
    check_free(state, &new.unique_key)?;
    let mut transaction = state.service().store_of(environment).await?.begin().await?;
    match transaction.create_integration(&new).await {
        Ok(_) => transaction.commit().await?,
        Err(StoreError::IntegrationExists { integration, .. }) => return Err(taken(&integration)),
        Err(error) => return Err(error.into()),
    }
    shown(state, environment, &new.unique_key).await
}

/// What the settings say of an integration would win.
pub(super) fn check_free(state: &ServerState, key: &IntegrationId) -> Result<(), ApiError> {
    if state.service().integrations()?.is_in_settings(key) { Err(taken(key)) } else { Ok(()) }
}

/// An integration as it is now.
pub(super) async fn shown(
    state: &ServerState,
    environment: &EnvironmentName,
    key: &IntegrationId,
) -> Result<Json<Value>, ApiError> {
    let found = listed(state, environment, key).await?;
    Ok(Json(json!({ "data": shape::shown(&found, environment, &[]) })))
}

pub(super) fn taken(key: &IntegrationId) -> ApiError {
    let message = format!("there is an integration `{key}` already");
    body::invalid(vec![FieldError::of("unique_key", "custom", message)])
}
