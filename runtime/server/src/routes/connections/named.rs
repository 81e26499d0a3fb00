//! The connection that a request names.

use http::StatusCode;
use onevent_app::ServiceError;
use onevent_contract::IntegrationId;
use onevent_store::{ConnectionKey, StoreError};

use crate::error::ApiError;
use crate::extract::{FromQuery, QueryReader};
use crate::state::ServerState;

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
pub(super) async fn missing(
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
