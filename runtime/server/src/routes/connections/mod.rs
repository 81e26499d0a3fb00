//! Connections: `/connections`, and the singular forms of before.

mod delete;
mod details;
mod import;
mod list;
mod metadata;
mod named;
mod patch;
mod read;
mod shape;

use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    let one = get(read::read).patch(patch::patch).delete(delete::delete);
    OpenApiRouter::new()
        .routes(routes!(list::list, import::import))
        .routes(routes!(read::read, patch::patch, delete::delete))
        .routes(routes!(metadata::set, metadata::update))
        .route("/connection", get(list::list).post(import::import))
        .route("/connection/{id}", one)
        .route("/connection/metadata", post(metadata::set).patch(metadata::update))
        .route("/connection/{id}/metadata", post(metadata::set_one).patch(metadata::update_one))
}
