//! What Nango's command line offers when it asks for an environment: the one that the key opens. Others are none of
//! its business.

use axum::{Extension, Json};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ErrorBody;
use crate::middleware::Caller;
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[utoipa::path(
    get,
    path = "/api/v1/environments",
    operation_id = "listEnvironments",
    tag = "environment",
    summary = "The key's own environment",
    responses(
        (status = 200, description = "Done", body = Object),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn list(Extension(caller): Extension<Caller>) -> Json<Value> {
    Json(json!({ "data": [{ "name": caller.environment() }] }))
}
