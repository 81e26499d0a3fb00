//! One function, run for real against the provider, with nothing kept.

use std::sync::Arc;

use onevent_contract::{
    CompletedRun, ConnectionFacts, EnvironmentName, Function, Host, Invocation, Limits, Mode, Trigger,
    Validation,
};
use onevent_engine::RunRefused;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

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
    /// What an action is called with, `null` for nothing; an event function gets none.
    pub input: Value,
    /// What to do about metadata, input and output that violate their schemas.
    pub validation: Validation,
    /// The function's limits.
    pub limits: Limits,
    /// What stands behind `nango`: a host that keeps metadata writes to itself.
    pub host: Arc<dyn Host>,
}

/// Runs one function dry: no journal, no stored run, no lock on the connection. Whether metadata writes are
/// kept is the host's affair.
///
/// The operation around an event is its usual one: a creation for validation and setup, a deletion for cleanup.
///
/// `interruption` stops the run: its report tells what it did until then.
///
/// # Errors
/// [`RunRefused`] when the run did not start.
pub async fn dry_run(
    runner: &dyn Runner,
    dry: DryRun,
    interruption: CancellationToken,
) -> Result<CompletedRun, RunRefused> {
    let mut invocation = Invocation {
        mode: Mode::Dry,
        validation: dry.validation,
        limits: dry.limits,
        ..Invocation::new(dry.function, dry.connection, dry.environment)
    };
    if let Trigger::Action { input } = &mut invocation.trigger {
        *input = Some(dry.input);
    }
    runner.run(invocation, dry.host, interruption).await
}
