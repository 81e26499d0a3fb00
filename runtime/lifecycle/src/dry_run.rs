//! One function, run for real against the provider, with nothing kept.

use std::sync::Arc;

use onevent_contract::{
    ConnectionFacts, EnvironmentName, Function, Host, Invocation, Limits, Mode, RunReport, Validation,
};
use onevent_engine::RunRefused;

use crate::Runner;

/// A dry run.
#[derive(Clone)]
pub struct DryRun {
    /// The function.
    pub function: Arc<Function>,
    /// The connection to run it for; it need not be stored anywhere.
    pub connection: ConnectionFacts,
    /// The environment.
    pub environment: EnvironmentName,
    /// What to do about metadata that violates the schema before the run.
    pub validation: Validation,
    /// The function's limits.
    pub limits: Limits,
    /// What stands behind `nango`: a host that keeps metadata writes to itself.
    pub host: Arc<dyn Host>,
}

/// Runs one function dry: no journal, no stored run, no lock on the connection. Whether metadata writes are
/// kept is the host's affair.
///
/// The operation is the event's usual one: a creation for validation and setup, a deletion for cleanup.
///
/// # Errors
/// [`RunRefused`] when the run did not start.
pub async fn dry_run(runner: &dyn Runner, dry: DryRun) -> Result<RunReport, RunRefused> {
    let invocation = Invocation {
        mode: Mode::Dry,
        validation: dry.validation,
        limits: dry.limits,
        ..Invocation::new(dry.function, dry.connection, dry.environment)
    };
    runner.run(invocation, dry.host).await
}
