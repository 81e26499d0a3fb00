//! Provider templates: how each API is reached, read from a YAML file of the same shape as Nango's `providers.yaml`.

mod catalogue;
mod error;
mod file;
mod provider;

pub use catalogue::Providers;
pub use error::ProvidersError;
pub use provider::{BodyWait, HeaderNames, Provider, ProxyTemplate, RetryTemplate, WaitKind};
