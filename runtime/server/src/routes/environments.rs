//! What Nango's command line offers when it asks for an environment: the one that the key opens. Others are none of
//! its business.

use axum::routing::get;
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use crate::middleware::Caller;
use crate::state::ServerState;

pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/api/v1/environments", get(list))
}

async fn list(Extension(caller): Extension<Caller>) -> Json<Value> {
    Json(json!({ "data": [{ "name": caller.environment() }] }))
}
