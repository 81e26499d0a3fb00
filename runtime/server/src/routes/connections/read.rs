//! `GET /connections/:id`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_contract::{ApiScope, ConnectionId, IntegrationId};
use onevent_store::{AuthError, ConnectionKey, StoredConnection, Visibility};
use serde_json::{Value, json};

use super::named::missing;
use super::shape::{self, Secrets};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, FromQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Read => ConnectionsRead | ConnectionsReadCredentials;
}

/// How the connection is asked for. Nango's client always sends all four.
pub(super) struct ReadQuery {
    integration: IntegrationId,
    refresh_token: bool,
    force_refresh: bool,
    refresh_github_app_jwt_token: bool,
}

impl FromQuery for ReadQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let integration = query.required("provider_config_key");
        let refresh_token = query.flag("refresh_token");
        let force_refresh = query.flag("force_refresh");
        let refresh_github_app_jwt_token = query.flag("refresh_github_app_jwt_token");
        Some(Self { integration: integration?, refresh_token, force_refresh, refresh_github_app_jwt_token })
    }
}

impl ReadQuery {
    /// Whether it asks for what only a key with the scope for credentials may have.
    fn needs_credentials(&self) -> bool {
        self.refresh_token || self.force_refresh || self.refresh_github_app_jwt_token
    }
}

#[utoipa::path(
    get,
    path = "/connections/{id}",
    operation_id = "getConnection",
    tag = "connections",
    summary = "Read a connection",
    params(
        ("id" = String, Path, description = "The connection"),
        ("provider_config_key" = String, Query, description = "The integration"),
        ("refresh_token" = Option<bool>, Query, description = "Show refresh tokens too"),
        ("force_refresh" = Option<bool>, Query, description = "Also where it has to be connected again"),
        ("refresh_github_app_jwt_token" = Option<bool>, Query, description = "Taken, and without effect"),
    ),
    responses(
        (status = 200, description = "Done", body = Object),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn read(
    caller: Authorized<Read>,
    PathOf(id): PathOf<ConnectionId>,
    StrictQuery(query): StrictQuery<ReadQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let with_credentials = caller.may(ApiScope::ConnectionsReadCredentials);
    if query.needs_credentials() && !with_credentials {
        return Err(ApiError::forbidden(&[ApiScope::ConnectionsReadCredentials]));
    }
    let key = ConnectionKey::new(caller.environment().clone(), query.integration.clone(), id);
    let store = state.service().store().await?;
    let found = store.connection(&key, Visibility::Established).await?;
    let Some(found) = found else {
        return Err(missing(&state, &key, StatusCode::NOT_FOUND, "not_found").await);
    };
    // A time that is a little old is no reason to withhold the connection.
    if let Err(error) = store.note_fetched(&key, found.connection.last_fetched_at).await {
        tracing::warn!(%error, "the time of this read was not noted");
    }
    let secrets = match (with_credentials, query.refresh_token) {
        (false, _) => Secrets::None,
        (true, false) => Secrets::WithoutRefreshTokens,
        (true, true) => Secrets::All,
    };
    match &found.auth_error {
        // Who asks without credentials gets none that could be wrong; who insists, gets them as they are.
        Some(error) if with_credentials && !query.force_refresh => Err(exhausted(&found, error)),
        _ => Ok(Json(shape::full(&found.connection, secrets))),
    }
}

/// The connection has to be connected again.
fn exhausted(found: &StoredConnection, error: &AuthError) -> ApiError {
    let id = &found.connection.connection_id;
    let message = format!("connection `{id}` has to be connected again: {}", error.message);
    let payload = json!({ "connection": shape::full(&found.connection, Secrets::None) });
    ApiError::new(StatusCode::FAILED_DEPENDENCY, "invalid_credentials", message).with("payload", payload)
}
