//! The host whose other side is a Nango API: connections, integrations, variables and calls are Nango's, and the
//! function runs here.

mod actions;
mod api_name;
mod call;
mod client;
mod connection;
mod error;
mod fresh;
mod host;
mod listed;
mod metadata;
mod metadata_calls;
mod operation;
mod proxy_errors;
mod routes;

pub use api_name::{ApiKind, ApiName};
pub use client::{CallsAre, NangoApi, NangoApiOptions};
pub use connection::RemoteConnection;
pub use error::RemoteError;
pub use fresh::FreshRemoteHost;
pub use host::{RemoteHost, RemoteHostOptions, RemoteWrites};
pub use listed::{LastChange, ListedConnection};
