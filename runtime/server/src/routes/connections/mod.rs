//! Connections: `/connections`, and the singular forms of before.

mod delete;
mod details;
mod import;
mod list;
mod metadata;
mod patch;
mod read;
mod shape;

use axum::routing::{get, post};
use http::StatusCode;
use onevent_app::ServiceError;
use onevent_contract::IntegrationId;
use onevent_store::{ConnectionKey, StoreError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{FromQuery, QueryReader};
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    let one = get(read::read).patch(patch::patch).delete(delete::delete);
    OpenApiRouter::new()
        .routes(routes!(list::list, import::import))
        .routes(routes!(read::read, patch::patch, delete::delete))
        .routes(routes!(metadata::set, metadata::update))
        .route("/connection", get(list::list).post(import::import))
        .route("/connection/{id}", one)
        .route("/connection/metadata", post(metadata::set).patch(metadata::update))
        .route("/connection/{id}/metadata", post(metadata::set_one).patch(metadata::update_one))
}

/// The integration of a connection that a path names.
pub(super) struct OfIntegration {
    pub(super) integration: IntegrationId,
}

impl FromQuery for OfIntegration {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { integration: query.required("provider_config_key")? })
    }
}

/// There is no such connection: either of the two names may be the wrong one, and Nango tells them apart.
async fn missing(
    state: &ServerState,
    key: &ConnectionKey,
    status: StatusCode,
    code: &'static str,
) -> ApiError {
    match state.service().integration_in(&key.environment, &key.integration).await {
        Ok(_) => ApiError::new(status, code, StoreError::UnknownConnection { key: key.clone() }.to_string()),
        Err(ServiceError::Config(_)) => unknown_integration(&key.integration),
        Err(error) => error.into(),
    }
}

fn unknown_integration(integration: &IntegrationId) -> ApiError {
    let message = format!("there is no integration `{integration}`");
    ApiError::new(StatusCode::BAD_REQUEST, "unknown_provider_config", message)
}
