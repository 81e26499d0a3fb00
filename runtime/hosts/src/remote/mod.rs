//! The host whose other side is a Nango API: connections, integrations, variables and calls are Nango's, and the
//! function runs here.

mod api;
mod call;
mod connection;
mod error;
mod host;

pub use api::{NangoApi, NangoApiOptions};
pub use connection::RemoteConnection;
pub use error::RemoteError;
pub use host::{MetadataWrites, RemoteHost, RemoteHostOptions};
