//! The other rooms, made from the settings, and their refusals as failures.

use std::sync::Arc;

use onevent_contract::{Event, FunctionKey, SystemClock};
use onevent_engine::{Engine, Project, RunRefused};
use onevent_hosts::{Access, ActionRunner};
use onevent_lifecycle::{LimitsOf, ProjectActions};
use onevent_proxy::{EgressPolicy, Integration, Proxy, ProxyOptions};

use crate::config::Config;
use crate::exit::ExitCode;
use crate::failure::Failure;

/// What makes requests. Call it inside the tokio runtime.
///
/// # Errors
/// Outside of one.
pub(crate) fn proxy(config: &Config) -> Result<Proxy, Failure> {
    let egress = EgressPolicy::public_only().and(config.egress_allow());
    let options = ProxyOptions { egress, ..ProxyOptions::default() };
    Proxy::new(options).map_err(|error| Failure::internal(error.to_string()))
}

/// What a run may do while its connection is marked as an auth error: validation has to test what is marked,
/// and cleanup has to clean it up.
pub(crate) fn access(event: Option<Event>) -> Access {
    match event {
        Some(Event::ValidateConnection | Event::PreConnectionDeletion) => Access::DespiteAuthError,
        _ => Access::Normal,
    }
}

/// The limits of each function.
pub(crate) fn limits(config: &Config) -> LimitsOf {
    let config = config.clone();
    Arc::new(move |function: &FunctionKey| config.limits_for(function))
}

/// What runs the actions that a function triggers.
pub(crate) fn actions(config: &Config, engine: &Engine, project: &Arc<Project>) -> Arc<dyn ActionRunner> {
    Arc::new(ProjectActions {
        runner: Arc::new(engine.clone()),
        project: Arc::clone(project),
        limits: limits(config),
        clock: Arc::new(SystemClock),
    })
}

/// A run that did not start.
pub(crate) fn refused(refused: &RunRefused) -> Failure {
    let exit = match refused {
        RunRefused::Limits(_) => ExitCode::Usage,
        _ => ExitCode::Internal,
    };
    Failure::new(exit, refused.code(), refused.to_string())
}

/// Credentials that are needed and were not given.
pub(crate) fn missing_credentials(flag: &str, integration: &Integration) -> Failure {
    let provider = &integration.provider;
    let message = format!("{flag}: {} needs credentials ({})", provider.name, provider.auth_mode);
    Failure::usage("missing_credentials", message)
        .hint("a JSON object like {\"type\": \"OAUTH2\", \"access_token\": \"…\"}, from a file")
}
