//! The parts of onevent over one project, put together from its settings.
//!
//! [`Service`] holds them; what it does with them is in a file for each thing.

mod actions;
mod comparison;
mod current;
mod databases;
mod deployments;
mod error;
mod events;
mod found_integration;
mod functions;
mod held_deployments;
mod held_functions;
mod hosts;
mod kept_integrations;
mod operations;
mod parts;
mod reload;
mod request;
mod rotation;
mod stored_integrations;
mod stores;
mod tokens;
mod upstream;
mod upstream_lifecycle;
mod workers;
mod works;

pub use self::comparison::{COMPARISON_INTERVAL, Compared, Comparisons};
pub use self::deployments::{DeployableFiles, DeploymentRequest, MadeDeployment, PlannedDeployment};
pub use self::error::ServiceError;
pub use self::events::{DecidedEvent, Decision};
pub use self::found_integration::FoundIntegration;
pub use self::functions::FunctionsReloaded;
pub use self::held_functions::RunningFunctions;
pub use self::hosts::{DryRunHost, HostedRun};
pub use self::parts::Service;
pub use self::reload::SettingsReloaded;
pub use self::request::Operations;
pub use self::rotation::RotatedDatabase;
pub use self::stores::DatabaseHealth;
pub use self::upstream::Upstream;
pub use self::workers::Workers;
