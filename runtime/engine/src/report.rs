//! From how a run ended to what is said about it.

use onevent_contract::{
    CompletedRun, EffectLog, ErrorType, Event, Invocation, MetadataReport, Outcome, REPORT_SCHEMA_VERSION,
    RunError, RunReport, Usage, Verdict,
};
use onevent_ops::{Completion, ThrownError};
use serde_json::{Value, json};

use crate::action;
use crate::hint::hint_for;
use crate::isolate::{ExecuteEnd, Interrupted, JobUsage, Lost, StopReason};

/// Said of a run whose thread is lost.
const UNSTOPPABLE: &str = "it was inside a built-in function that V8 cannot interrupt, and may still be: give it less to work on \
     at once";

/// What a report says beside the facts of the invocation and the recorded effects.
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) error: Option<RunError>,
    pub(crate) output: Option<Value>,
    pub(crate) usage: Usage,
}

impl Ending {
    /// A run whose thread was lost: nobody knows what it did.
    pub(crate) fn lost(message: &str) -> Self {
        Self {
            outcome: Outcome::Unknown,
            error: Some(RunError::new(ErrorType::HostFailure, message)),
            output: None,
            usage: Usage::default(),
        }
    }

    /// A run that was stopped, and whose thread does not obey.
    pub(crate) fn abandoned(lost: Lost, wall: std::time::Duration, invocation: &Invocation) -> Self {
        let usage = Usage { wall, cpu: lost.cpu, heap_peak_bytes: 0 };
        let mut error = lost.reason.error(&invocation.limits, &usage);
        if lost.reason != StopReason::IsolateLost {
            error.hint = Some(UNSTOPPABLE.to_owned());
        }
        Self { outcome: Outcome::Stopped, error: Some(error), output: None, usage }
    }

    /// What became of an isolate's job.
    pub(crate) fn of(end: ExecuteEnd, invocation: &Invocation, effects: &EffectLog) -> Self {
        let mut output = None;
        let JobUsage { wall, cpu, heap_peak_bytes } = end.usage;
        let usage = Usage { wall, cpu, heap_peak_bytes };
        let (outcome, error) = match end.settled {
            Ok(Completion::Returned { output: text }) => {
                match action::output(text.as_deref(), invocation, effects) {
                    Ok(returned) => {
                        output = returned;
                        (Outcome::Succeeded, None)
                    }
                    Err(error) => (Outcome::Failed, Some(*error)),
                }
            }
            Ok(Completion::Threw { error, frames }) => {
                let mut error = thrown_error(*error);
                error.frames = frames;
                let outcome = match error.kind {
                    ErrorType::ActionScriptRuntimeError => Outcome::Rejected,
                    _ => Outcome::Failed,
                };
                (outcome, Some(error))
            }
            Err(interrupted) => interrupted_ending(interrupted, end.frames, invocation, effects, &usage),
        };
        Self { outcome, error, output, usage }
    }
}

fn interrupted_ending(
    interrupted: Interrupted,
    frames: Vec<onevent_contract::Frame>,
    invocation: &Invocation,
    effects: &EffectLog,
    usage: &Usage,
) -> (Outcome, Option<RunError>) {
    match interrupted {
        Interrupted::Stopped(
            reason @ (StopReason::Wall
            | StopReason::Cpu { .. }
            | StopReason::Heap
            | StopReason::ArrayBuffers
            | StopReason::Cancelled
            | StopReason::IsolateLost),
        ) => {
            let mut error = reason.error(&invocation.limits, usage);
            if let (StopReason::Wall, Some(request)) = (reason, effects.oldest_request_in_flight()) {
                error.message = format!("{}; it waited for {request}", error.message);
            }
            error.frames = frames;
            (Outcome::Stopped, Some(error))
        }
        Interrupted::NeverSettled => {
            let message = "`exec` waits for a promise that nothing can settle: no timer, no request and no call of nango is left";
            (Outcome::Failed, Some(RunError::new(ErrorType::NeverSettled, message)))
        }
        Interrupted::HostFailed(message) => {
            (Outcome::Unknown, Some(RunError::new(ErrorType::HostFailure, message)))
        }
        Interrupted::Threw(thrown) => {
            let message = thrown.message.clone().unwrap_or_else(|| thrown.exception_message.clone());
            let mut error = RunError::new(ErrorType::ScriptInternalError, message);
            error.frames = frames;
            (Outcome::Failed, Some(error))
        }
        Interrupted::Refused(error) => (Outcome::Failed, Some(*error)),
        Interrupted::Crashed(message) => {
            (Outcome::Stopped, Some(RunError::new(ErrorType::WorkerCrashed, message)))
        }
        // Only descriptions are.
        Interrupted::DeclaredTooMuch(bytes) => {
            let message = format!("a run ended with a description of {bytes} bytes");
            (Outcome::Unknown, Some(RunError::new(ErrorType::HostFailure, message)))
        }
        // Our fault: nobody knows what the run would have done, and no connection is rejected for it.
        Interrupted::Engine(message) => {
            (Outcome::Unknown, Some(RunError::new(ErrorType::HostFailure, message)))
        }
    }
}

fn thrown_error(error: ThrownError) -> RunError {
    let kind = match error.kind.as_str() {
        "action_script_runtime_error" => ErrorType::ActionScriptRuntimeError,
        "script_http_error" => ErrorType::ScriptHttpError,
        "script_api_rate_limit_error" => ErrorType::ScriptApiRateLimitError,
        "script_network_error" => ErrorType::ScriptNetworkError,
        "invalid_metadata" => ErrorType::InvalidMetadata,
        "invalid_action_input" => ErrorType::InvalidActionInput,
        "invalid_action_output" => ErrorType::InvalidActionOutput,
        "script_output_too_large" => ErrorType::ScriptOutputTooLarge,
        _ => ErrorType::ScriptInternalError,
    };
    RunError {
        kind,
        hint: hint_for(&error.message).map(str::to_owned),
        code: error.code,
        message: error.message,
        payload: error.payload,
        // A status is a small number; whatever else a function made of it reads as the default.
        status: if (100.0..1000.0).contains(&error.status) { error.status as u16 } else { 500 },
        additional_properties: error.additional_properties,
        frames: Vec::new(),
    }
}

/// Puts the report together and takes every known secret out of its texts.
pub(crate) fn report(
    invocation: &Invocation,
    log: &EffectLog,
    started_at: jiff::Timestamp,
    before: Value,
    mut ending: Ending,
) -> CompletedRun {
    let effects = log.effects();
    ending.error = ending.error.map(RunError::bounded);
    if let Some(error) = &mut ending.error {
        scrub(error, log);
    }
    let (event, operation) = (invocation.trigger.event(), invocation.trigger.operation());
    let verdict = match event {
        Some(Event::ValidateConnection) => Verdict::of(ending.outcome, ending.error.as_ref()),
        _ => None,
    };
    let mut before = before;
    log.scrub(&mut before);
    let mut output = ending.output.clone();
    output.iter_mut().for_each(|output| log.scrub(output));
    let report = RunReport {
        schema_version: REPORT_SCHEMA_VERSION,
        run_id: invocation.run_id,
        function: invocation.function.key.name.clone(),
        integration: invocation.function.key.integration.clone(),
        event,
        operation,
        connection_id: invocation.connection.connection_id.clone(),
        environment: invocation.environment.clone(),
        mode: invocation.mode,
        attempt: invocation.attempt,
        caller_run_id: invocation.caller_run_id,
        deployment: invocation.deployment.clone(),
        request_id: invocation.request_id.clone(),
        started_at,
        outcome: ending.outcome,
        verdict,
        error: ending.error,
        output,
        warnings: Vec::new(),
        metadata: MetadataReport { after: before.clone(), before, persisted: false, writes: Vec::new() },
        http: Vec::new(),
        logs: Vec::new(),
        usage: ending.usage,
        timings: None,
    }
    .with_effects(effects);
    CompletedRun { report, returned: ending.output }
}

/// Takes the secrets out of everything that the function or a server had a hand in.
fn scrub(error: &mut RunError, log: &EffectLog) {
    let texts = [&mut error.message, &mut error.code].into_iter();
    let frames = error.frames.iter_mut();
    let places =
        frames.flat_map(|frame| [Some(&mut frame.file), frame.function.as_mut()].into_iter().flatten());
    texts.chain(places).for_each(|text| *text = log.scrub_text(text));
    log.scrub(&mut error.payload);
    if let Some(properties) = &mut error.additional_properties {
        log.scrub(properties);
    }
}

/// `RunFacts` of `js-sdk/src/ops.ts`.
pub(crate) fn facts(invocation: &Invocation, metadata: &Value) -> Value {
    let mut facts = json!({
        "connectionId": invocation.connection.connection_id,
        "providerConfigKey": invocation.connection.integration,
        "provider": invocation.connection.provider,
        "environmentName": invocation.environment,
        "runId": invocation.run_id,
        "attempt": invocation.attempt,
        "idempotencyKey": invocation.idempotency_key.clone().unwrap_or_else(|| invocation.run_id.to_string()),
        "isReplay": invocation.is_replay,
        "dryRun": invocation.mode == onevent_contract::Mode::Dry,
        "functionName": invocation.function.key.name,
        "event": invocation.trigger.event(),
        "operation": invocation.trigger.operation(),
        "metadata": metadata,
        "enforceSchemas": invocation.validation == onevent_contract::Validation::Enforce,
    });
    if let onevent_contract::Trigger::Action { input: Some(input) } = &invocation.trigger {
        facts["input"] = input.clone();
    }
    if invocation.validation == onevent_contract::Validation::EnforceInput {
        facts["enforceInput"] = true.into();
    }
    facts
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onevent_contract::{ConnectionFacts, Function, FunctionKey, FunctionKind};

    use super::*;

    fn validation() -> Invocation {
        let (integration, name) = ("acme".parse().unwrap(), "check".parse().unwrap());
        let function = Function {
            key: FunctionKey { integration, name },
            kind: FunctionKind::Event(Event::ValidateConnection),
            description: None,
            path: "acme/on-events/check.ts".into(),
            modules: Arc::new([]),
            metadata_schema: None,
        };
        let facts = ConnectionFacts {
            connection_id: "one".parse().unwrap(),
            integration: "acme".parse().unwrap(),
            provider: "acme".into(),
        };
        Invocation::new(Arc::new(function), facts, "dev".parse().unwrap())
    }

    #[test]
    fn no_connection_is_rejected_for_a_failure_of_ours() {
        let log = EffectLog::new(Arc::new(onevent_contract::SystemClock));
        let decided = |interrupted| {
            let (outcome, error) =
                interrupted_ending(interrupted, Vec::new(), &validation(), &log, &Usage::default());
            (outcome, Verdict::of(outcome, error.as_ref()).map(|verdict| verdict.accepted))
        };
        assert_eq!(decided(Interrupted::Engine("V8".into())), (Outcome::Unknown, None));
        assert_eq!(decided(Interrupted::HostFailed("disk".into())), (Outcome::Unknown, None));
        let lost = Ending::lost("gone");
        assert_eq!(Verdict::of(lost.outcome, lost.error.as_ref()), None);
        assert_eq!(decided(Interrupted::NeverSettled), (Outcome::Failed, Some(false)), "the function's own");
    }
}
