//! `PATCH /connections/:id`: whose it is, its tags, and where its webhooks go.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_contract::ConnectionId;
use onevent_store::{ConnectionKey, StoreError};

use super::details::{Given, PatchBody};
use super::named::{OfIntegration, missing};
use crate::answer::Success;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, JsonBody, PathOf, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Update => ConnectionsUpdate;
}

#[utoipa::path(
    patch,
    path = "/connections/{id}",
    operation_id = "patchConnection",
    tag = "connections",
    summary = "Say whose a connection is",
    params(
        ("id" = String, Path, description = "The connection"),
        ("provider_config_key" = String, Query, description = "The integration"),
    ),
    request_body = PatchBody,
    responses(
        (status = 200, description = "Done", body = Success),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn patch(
    caller: Authorized<Update>,
    PathOf(id): PathOf<ConnectionId>,
    StrictQuery(query): StrictQuery<OfIntegration>,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<PatchBody>,
) -> Result<Json<Success>, ApiError> {
    let key = ConnectionKey::new(caller.environment().clone(), query.integration, id);
    let given = Given::new(body.end_user, body.tags, body.webhook_url_override)?;
    match state.service().store_of(&key.environment).await?.patch_connection(&key, &given.into_patch()).await
    {
        Ok(()) => Ok(Json(Success::YES)),
        Err(StoreError::UnknownConnection { .. }) => {
            Err(missing(&state, &key, StatusCode::NOT_FOUND, "not_found").await)
        }
        Err(error) => Err(error.into()),
    }
}
