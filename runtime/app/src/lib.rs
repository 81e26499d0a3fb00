//! The configuration of onevent, and the one composition of all its parts.
#![forbid(unsafe_code)]

mod config;
mod error;
mod integrations;
mod location;
mod project_folder;
mod service;
pub mod suggest;
mod surroundings;

pub use config::{Config, Entry, Flags, IntegrationSettings, Key, Kind, NangoKey, Origin, Setting, Value};
pub use error::{Blame, ConfigError};
pub use integrations::Integrations;
pub use location::{Excerpt, Location};
pub use project_folder::{FIXTURE_ENDING, ProjectNames, TESTS, find, find_for_tests};
pub use service::{DryRunHost, HostedRun, Service, ServiceError};
pub use surroundings::{PREFIX, Surroundings};
