//! The routes, one file for each kind of thing.

mod actions;
mod connections;
mod deploy;
mod deployments;
mod environments;
mod events;
mod functions;
mod health;
mod integrations;
mod providers;
mod proxy;
mod runs;
mod telemetry;
mod unsupported;
mod variables;
mod webhooks;

use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::openapi::Document;
use crate::state::ServerState;

/// The routes that need no key.
pub(crate) fn open() -> OpenApiRouter<ServerState> {
    OpenApiRouter::with_openapi(Document::openapi()) //
        .merge(health::routes())
        .merge(telemetry::routes())
        .merge(unsupported::open().into())
}

/// Whether the server is well: those that are its own also in front of a Nango.
pub(crate) fn health() -> axum::Router<ServerState> {
    health::routes().into()
}

/// The paths that are refused: what Nango has and onevent does not.
#[cfg(test)]
pub(crate) fn refused() -> impl Iterator<Item = &'static str> {
    unsupported::paths()
}

/// The routes that need one.
pub(crate) fn with_key() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new() //
        .merge(actions::routes())
        .merge(connections::routes())
        .merge(deploy::routes())
        .merge(deployments::routes())
        .merge(environments::routes())
        .merge(events::routes())
        .merge(functions::routes())
        .merge(integrations::routes())
        .merge(providers::routes())
        .merge(proxy::routes())
        .merge(runs::routes())
        .merge(unsupported::routes().into())
        .merge(variables::routes())
        .merge(webhooks::routes())
}
