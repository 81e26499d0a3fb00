//! The routes, one file for each kind of thing.

mod connections;
mod deploy;
mod deployments;
mod environments;
mod functions;
mod health;
mod integrations;
mod providers;
mod proxy;
mod telemetry;
mod unsupported;
mod variables;

use axum::Router;

use crate::state::ServerState;

/// The routes that need no key.
pub(crate) fn open() -> Router<ServerState> {
    Router::new() //
        .merge(health::routes())
        .merge(telemetry::routes())
}

/// The routes that need one.
pub(crate) fn with_key() -> Router<ServerState> {
    Router::new() //
        .merge(connections::routes())
        .merge(deploy::routes())
        .merge(deployments::routes())
        .merge(environments::routes())
        .merge(functions::routes())
        .merge(integrations::routes())
        .merge(providers::routes())
        .merge(proxy::routes())
        .merge(unsupported::routes())
        .merge(variables::routes())
}
