//! Connections whose credentials were rejected: they are not used through here.

use axum::http::{HeaderMap, StatusCode};
use onevent_contract::{ConnectionId, IntegrationId};
use onevent_lifecycle::{UpstreamEnvironment, rejection};
use onevent_store::ConnectionKey;

use crate::error::ApiError;
use crate::state::ServerState;

/// The connection that a call of a provider names.
pub(super) fn whose(headers: &HeaderMap) -> Option<(IntegrationId, ConnectionId)> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let integration = IntegrationId::new(text("provider-config-key")?).ok()?;
    Some((integration, ConnectionId::new(text("connection-id")?).ok()?))
}

/// Lets through what may be used.
///
/// # Errors
/// 424 `invalid_credentials`, with what the function said.
pub(super) async fn check(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    integration: IntegrationId,
    id: ConnectionId,
) -> Result<(), ApiError> {
    let key = ConnectionKey::new(environment.name.clone(), integration, id);
    let store = state.service().store_of(&environment.name).await?;
    match rejection(store, &key).await? {
        None => Ok(()),
        Some(said) => {
            let message = format!("connection `{}` has to be connected again: {said}", key.connection_id);
            Err(ApiError::new(StatusCode::FAILED_DEPENDENCY, "invalid_credentials", message))
        }
    }
}
