//! Connections: `/connections`, and the singular forms of before.

mod delete;
mod details;
mod import;
mod list;
mod metadata;
mod named;
mod patch;
mod read;
mod schema;
mod shape;

use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::openapi::describe_again;
use crate::state::ServerState;

/// The paths of before, which mean the same as these.
const OLD: [(&str, &str); 3] = [
    ("/connection", "/connections"),
    ("/connection/{id}", "/connections/{id}"),
    ("/connection/metadata", "/connections/metadata"),
];

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    let one = get(read::read).patch(patch::patch).delete(delete::delete);
    let mut routes = OpenApiRouter::new()
        .routes(routes!(list::list, import::import))
        .routes(routes!(read::read, patch::patch, delete::delete))
        .routes(routes!(metadata::set, metadata::update))
        .routes(routes!(metadata::set_one, metadata::update_one))
        .route("/connection", get(list::list).post(import::import))
        .route("/connection/{id}", one)
        .route("/connection/metadata", post(metadata::set).patch(metadata::update));
    for (old, new) in OLD {
        describe_again(routes.get_openapi_mut(), new, old);
    }
    routes
}
