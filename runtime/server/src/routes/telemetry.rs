//! What Nango's command line tells before everything else, without a key. Nobody here listens.

use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(telemetry))
}

#[utoipa::path(
    post,
    path = "/cli/telemetry",
    operation_id = "telemetry",
    tag = "server",
    summary = "What Nango's command line tells first; nothing is kept",
    security(()),
    responses((status = 204, description = "Done")),
)]
async fn telemetry() -> StatusCode {
    StatusCode::NO_CONTENT
}
