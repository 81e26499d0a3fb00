//! Nango's HTTP API over onevent, as an [`axum::Router`].
//!
//! [`router`] opens no port, takes no signal, starts no background work and sets no subscriber: it answers requests
//! with a [`Service`](onevent_app::Service), and whoever serves it does the rest. It can be nested under a path, and
//! two of them in one process do not know each other.
//!
//! Here are routes, what they read of a request, and the shapes of their answers. What happens on a request, and in
//! which order, is in `lifecycle`; what is stored, in `store`.
#![forbid(unsafe_code)]

mod answer;
mod error;
mod extract;
mod middleware;
mod openapi;
mod options;
mod rate_limit;
mod router;
mod routes;
mod state;
mod upstream;

pub use options::ServerOptions;
pub use router::{openapi_json, router, worker_router};
