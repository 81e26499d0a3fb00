//! Operations that have to come to their end early: the process was asked to stop.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{
    CompletedRun, ErrorType, Host, Invocation, MetadataReport, Outcome, REPORT_SCHEMA_VERSION, RunError,
    RunReport, Usage,
};
use onevent_engine::RunRefused;
use tokio::time::timeout;

use crate::LifecycleOptions;

/// How long an interrupted run has to come to its end, so that its report tells what it did. A run that is busy in a
/// native function of V8 cannot be stopped; it is given up.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// What an operation was doing when it was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterruptedIn {
    /// It waited for another operation of the same connection: nothing has happened.
    Waiting,
    /// It validated a new connection: that was not created.
    Creation,
    /// It set up a connection that was accepted: that is there, and its setup counts as unfinished.
    Setup,
    /// It validated new credentials: the connection has its earlier ones.
    Reconnect,
    /// It cleaned up: the connection is still there.
    Cleanup,
}

impl InterruptedIn {
    /// What became of the connection.
    #[must_use]
    pub fn consequence(self) -> &'static str {
        match self {
            Self::Waiting => "nothing was changed",
            Self::Creation => "the connection was not created",
            Self::Setup => "the connection was created, but its setup was not finished",
            Self::Reconnect => "the connection was not reconnected, and is as it was before",
            Self::Cleanup => "the connection was not deleted",
        }
    }
}

/// Runs a function; an interruption stops it. The log says how it ended, under the request that led to it.
pub(crate) async fn run(
    options: &LifecycleOptions,
    invocation: Invocation,
    host: Arc<dyn Host>,
) -> Result<CompletedRun, RunRefused> {
    let function = invocation.function.key.to_string();
    let ended = run_until_interrupted(options, invocation, host).await;
    match &ended {
        Ok(CompletedRun { report, .. }) => tracing::info!(
            function,
            run = %report.run_id,
            attempt = report.attempt,
            connection = %report.connection_id,
            outcome = report.outcome.as_str(),
            duration_ms = u64::try_from(report.usage.wall.as_millis()).unwrap_or(u64::MAX),
            "a function ran"
        ),
        Err(refused) => tracing::warn!(function, %refused, "a function did not start"),
    }
    ended
}

async fn run_until_interrupted(
    options: &LifecycleOptions,
    invocation: Invocation,
    host: Arc<dyn Host>,
) -> Result<CompletedRun, RunRefused> {
    let (interruption, started_at) = (&options.interruption, options.clock.now());
    let mut run = options.runner.run(invocation.clone(), host, interruption.clone());
    tokio::select! {
        biased;
        ended = &mut run => return ended,
        () = interruption.cancelled() => {}
    }
    match timeout(LAST_MOMENT, run).await {
        Ok(ended) => ended,
        Err(_) => Ok(CompletedRun { report: without_end(&invocation, started_at), returned: None }),
    }
}

/// Whether a run ended because it was interrupted.
pub(crate) fn ended(report: &RunReport) -> bool {
    match &report.error {
        Some(error) => error.kind == ErrorType::ScriptAborted || report.outcome == Outcome::Unknown,
        None => false,
    }
}

/// The report of a run that did not react.
fn without_end(invocation: &Invocation, started_at: Timestamp) -> RunReport {
    let message = "the run was interrupted and could not be stopped in time: what it did is not known";
    RunReport {
        schema_version: REPORT_SCHEMA_VERSION,
        run_id: invocation.run_id,
        function: invocation.function.key.name.clone(),
        integration: invocation.function.key.integration.clone(),
        event: invocation.trigger.event(),
        operation: invocation.trigger.operation(),
        connection_id: invocation.connection.connection_id.clone(),
        environment: invocation.environment.clone(),
        mode: invocation.mode,
        attempt: invocation.attempt,
        caller_run_id: invocation.caller_run_id,
        deployment: invocation.deployment.clone(),
        request_id: invocation.request_id.clone(),
        started_at,
        outcome: Outcome::Unknown,
        verdict: None,
        error: Some(RunError::new(ErrorType::HostFailure, message)),
        output: None,
        warnings: Vec::new(),
        metadata: MetadataReport::default(),
        http: Vec::new(),
        logs: Vec::new(),
        usage: Usage::default(),
        timings: None,
    }
}
