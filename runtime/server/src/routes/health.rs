//! Whether the server lives, and whether it takes work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready))
}

/// It lives.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "server",
    summary = "Whether the server lives",
    security(()),
    responses(
        (status = 200, description = "Done", body = Object),
    ),
)]
async fn health() -> Json<Value> {
    Json(json!({ "result": "ok" }))
}

/// It takes work: its database is open, and it is not about to go away.
#[utoipa::path(
    get,
    path = "/ready",
    operation_id = "ready",
    tag = "server",
    summary = "Whether the server takes work; 503 while it does not",
    security(()),
    responses(
        (status = 200, description = "Done", body = Object),
    ),
)]
async fn ready(State(state): State<ServerState>) -> (StatusCode, Json<Value>) {
    let (status, result) = match state.service().store().await {
        _ if state.is_draining() => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
        Ok(_) => (StatusCode::OK, "ready"),
        Err(error) => {
            tracing::error!(%error, "the database cannot be used");
            (StatusCode::SERVICE_UNAVAILABLE, "no database")
        }
    };
    (status, Json(json!({ "result": result })))
}
