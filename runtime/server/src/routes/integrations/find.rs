//! The integration that a request names.

use onevent_app::{FoundIntegration, ServiceError};
use onevent_contract::{EnvironmentName, IntegrationId};

use crate::error::ApiError;
use crate::state::ServerState;

/// The integration of that name, if it is one of those that are listed.
///
/// # Errors
/// 404 `not_found`.
pub(in crate::routes) async fn listed(
    state: &ServerState,
    environment: &EnvironmentName,
    key: &IntegrationId,
) -> Result<FoundIntegration, ApiError> {
    let mut all = state.service().integrations_in(environment).await?;
    all.swap_remove(key).ok_or_else(|| unknown(key))
}

/// The same, of those that may have connections: also one that nobody has mentioned, with the template of its own name.
///
/// # Errors
/// As [`listed`].
pub(in crate::routes) async fn found(
    state: &ServerState,
    environment: &EnvironmentName,
    key: &IntegrationId,
) -> Result<FoundIntegration, ApiError> {
    match state.service().integration_in(environment, key).await {
        Err(ServiceError::Config(_)) => Err(unknown(key)),
        found => Ok(found?),
    }
}

fn unknown(key: &IntegrationId) -> ApiError {
    ApiError::not_found(format!("there is no integration `{key}`"))
}
