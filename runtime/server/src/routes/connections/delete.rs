//! `DELETE /connections/:id`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_app::ServiceError;
use onevent_contract::ConnectionId;
use onevent_lifecycle::LifecycleError;
use onevent_store::{ConnectionKey, StoreError};

use super::named::{OfIntegration, missing};
use crate::answer::Success;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, PathOf, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Delete => ConnectionsDelete;
}

/// Cleans up, then deletes. The caller waits for both.
#[utoipa::path(
    delete,
    path = "/connections/{id}",
    operation_id = "deleteConnection",
    tag = "connections",
    summary = "Clean up, and delete a connection",
    params(
        ("id" = String, Path, description = "The connection"),
        ("provider_config_key" = String, Query, description = "The integration"),
    ),
    responses(
        (status = 200, description = "Done", body = Success),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn delete(
    caller: Authorized<Delete>,
    PathOf(id): PathOf<ConnectionId>,
    StrictQuery(query): StrictQuery<OfIntegration>,
    State(state): State<ServerState>,
) -> Result<Json<Success>, ApiError> {
    let key = ConnectionKey::new(caller.environment().clone(), query.integration, id);
    match state.service().operations(caller.request_id()).delete(&key).await {
        Ok(_) => Ok(Json(Success::YES)),
        Err(
            ServiceError::Store(StoreError::UnknownConnection { .. })
            | ServiceError::Lifecycle(LifecycleError::Store(StoreError::UnknownConnection { .. })),
        ) => Err(missing(&state, &key, StatusCode::BAD_REQUEST, "unknown_connection").await),
        Err(error) => Err(error.into()),
    }
}
