//! The configuration of onevent, and the one composition of all its parts.
#![forbid(unsafe_code)]

mod config;
mod description_folder;
mod error;
mod integrations;
#[cfg(test)]
mod limits_table;
mod location;
mod project_folder;
mod service;
pub mod suggest;
mod surroundings;
mod templates;
mod views;

pub use onevent_engine::{ReadError, read_stream, read_text};
pub use onevent_lifecycle::{CleanupFailure, CreationWebhook, OperationReport, SetupFailure};
pub use onevent_store::{Change, ConnectionKey, DetailsPatch, NewConnection, Reconnection};

pub use config::{
    ApiUrl, BaseUrl, BodyLimit, Config, CpuLimit, DatabaseName, DatabaseSettings, Destinations, DrainTime,
    EnvironmentSettings, FailurePolicy, FailureSettings, Flags, FunctionSettings, HeapLimit, Hosts,
    IntegrationSettings, Invalid, KeptFor, Key, LimitSettings, NangoEnvironment, NangoKey, NangoSettings,
    Origin, OwnFailureSettings, OwnRetrySettings, PrewarmedMemory, QueueLength, QueueWait, RequestRate,
    ResolvedSetting, RetryCount, RetrySettings, RetryWait, RunPlaces, ServerSettings, Setting, Settings,
    Share, ShareSettings, Shown, Sourced, WallLimit, WebUrl, WebhookSettings,
};
pub use error::{Blame, ConfigError, ConfigFile};
pub use integrations::Integrations;
pub use location::{Excerpt, Location};
pub use project_folder::{ProjectNames, find, find_for_tests};
pub use service::{
    COMPARISON_INTERVAL, Compared, Comparisons, DatabaseHealth, DecidedEvent, Decision, DeployableFiles,
    DeploymentRequest, DryRunHost, FoundIntegration, FunctionsReloaded, HostedRun, MadeDeployment,
    Operations, PlannedDeployment, RotatedDatabase, RunningFunctions, Service, ServiceError,
    SettingsReloaded, Upstream, Workers,
};
pub use surroundings::{PREFIX, Surroundings};
pub use views::{
    DecisionError, ListedAct, ListedDecision, ListedEvent, ListedRun, ListedWebhook, ShownAttempt,
    ShownWebhook,
};
