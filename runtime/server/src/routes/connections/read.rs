//! `GET /connections/:id`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_contract::{ApiScope, ConnectionId, HostError, IntegrationId, TokenRefresh};
use onevent_store::{ConnectionKey, StoredConnection, Visibility};
use serde_json::{Value, json};

use super::named::missing;
use super::schema::FullConnection;
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
        ("force_refresh" = Option<bool>, Query, description = "Refresh the access token now; also of a connection that has to be connected again"),
        ("refresh_github_app_jwt_token" = Option<bool>, Query, description = "Taken, and without effect"),
    ),
    responses(
        (status = 200, description = "Done", body = FullConnection),
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
    let store = state.service().store_of(caller.environment()).await?;
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
    // Who asks without credentials gets none that could be wrong; who insists on refused ones, gets them as they are.
    let refused = found.auth_error.is_some() && !found.refresh.is_exhausted();
    if !with_credentials || (refused && query.force_refresh) {
        return Ok(Json(shape::full(&found.connection, secrets)));
    }
    let refresh = if query.force_refresh { TokenRefresh::Now } else { TokenRefresh::WhenDue };
    match state.service().target_of(key).await?.connection(refresh).await {
        Ok(fresh) => Ok(Json(shape::full(&fresh.connection, secrets))),
        Err(error) => not_usable(&found, error, secrets),
    }
}

/// The answer to who asks for credentials that cannot be used.
fn not_usable(found: &StoredConnection, error: HostError, secrets: Secrets) -> Result<Json<Value>, ApiError> {
    let (code, message) = match error {
        HostError::Api { status: 424, code, message } => (code, message),
        HostError::Configuration { message, .. } => ("invalid_credentials".to_owned(), message),
        // Its integration is gone: it is shown as it is.
        HostError::Api { .. } => return Ok(Json(shape::full(&found.connection, secrets))),
        error => return Err(ApiError::internal(&error)),
    };
    let payload = json!({ "connection": shape::full(&found.connection, Secrets::None) });
    Err(ApiError::new(StatusCode::FAILED_DEPENDENCY, code, message).with("payload", payload))
}
