//! A function as an event of the queue: what the event holds, and how its run and its end follow from each other.

use std::sync::Arc;

use onevent_contract::{Function, Invocation, Operation, Outcome, RunId, RunReport};
use onevent_store::{Claim, ConnectionKey, EventEnd, EventKind, NewEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::LifecycleOptions;

/// What the queue keeps of an asynchronous action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ActionPayload {
    /// What the action is called with.
    pub(crate) input: Value,
    /// How often it is tried again after it failed (Nango's `X-Max-Retries`).
    pub(crate) max_retries: u32,
}

/// The setup functions of a creation, as events.
pub(crate) fn setup_event(
    options: &LifecycleOptions,
    connection: &ConnectionKey,
    function: &Arc<Function>,
) -> NewEvent {
    NewEvent {
        function: Some(function.key.name.clone()),
        operation: Some(Operation::Creation),
        deployment: options.policies.deployment,
        request_id: options.request_id.clone(),
        ..NewEvent::new(EventKind::Setup, connection.clone())
    }
}

/// Gives a run the identity of its event: one id over all attempts, and the request that the event came with.
pub(crate) fn identify(invocation: &mut Invocation, claim: &Claim) {
    if let Some(run_id) = RunId::parse(&claim.id().to_string()) {
        invocation.run_id = run_id;
    }
    invocation.attempt = claim.attempt();
    invocation.is_replay = claim.event.summary.replayed_after.is_some();
    invocation.request_id = claim.event.summary.request_id.clone();
}

/// How the event of a setup or a cleanup ends whose run ended like this, and that is not tried again.
pub(crate) fn end_of(report: &RunReport) -> EventEnd {
    let run = Some(report.run_id);
    match report.outcome {
        Outcome::Succeeded => EventEnd::Done { run, result: None },
        _ => EventEnd::Dead { run, error: error_of(report) },
    }
}

/// The same of an action: whoever called it asks for its result.
pub(crate) fn end_of_action(report: &RunReport, returned: Option<Value>) -> EventEnd {
    let run = Some(report.run_id);
    match report.outcome {
        Outcome::Succeeded => EventEnd::Done { run, result: Some(returned.unwrap_or(Value::Null)) },
        _ => EventEnd::Failed { run, error: error_of(report) },
    }
}

pub(crate) fn error_of(report: &RunReport) -> String {
    let message = report.error.as_ref().map(|error| error.message.clone());
    message.unwrap_or_else(|| report.outcome.as_str().to_owned())
}
