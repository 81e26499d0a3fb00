//! Whether the server lives, and whether it takes work.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::state::ServerState;

pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/health", get(health)).route("/ready", get(ready))
}

/// It lives.
async fn health() -> Json<Value> {
    Json(json!({ "result": "ok" }))
}

/// It takes work: its database is open, and it is not about to go away.
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
