//! What Nango's command line tells before everything else, without a key. Nobody here listens.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;

use crate::state::ServerState;

pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/cli/telemetry", post(async || StatusCode::NO_CONTENT))
}
