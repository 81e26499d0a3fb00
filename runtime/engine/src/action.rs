//! What a run of an action has beside one of an event function: an input, and an output that somebody waits for.
//!
//! zod has checked both in the isolate. The checks here are the floor that hostile code cannot step over.

use onevent_contract::{
    EffectLog, EffectMessage, EffectSink, ErrorType, FunctionKind, Invocation, MAX_ACTION_OUTPUT_BYTES,
    MAX_ROOT_BYTES, RunError, Schema, Trigger, Validation, Violation, Warning, WarningCode, limit_met,
    tree_bytes,
};
use serde_json::Value;

use crate::schema;
use crate::violations::{describe_violations, invalid};

const INPUT: &str = "the action's input";
const OUTPUT: &str = "the action's output";

/// The error of an action's input that violates its schema, where that is enforced: the run would not start. What only zod
/// can say is found in the run.
#[must_use]
pub fn refused_input(invocation: &Invocation) -> Option<RunError> {
    match invocation.validation {
        Validation::Enforce | Validation::EnforceInput => {
            let violations = input_violations(invocation);
            (!violations.is_empty()).then(|| invalid(ErrorType::InvalidActionInput, INPUT, &violations))
        }
        Validation::Warn => None,
    }
}

/// Warns of an input that violates its schema, unless the isolate has done so.
pub(crate) fn warn_of_input(invocation: &Invocation, effects: &EffectLog) {
    warn_once(effects, WarningCode::InvalidActionInput, INPUT, &input_violations(invocation));
}

/// No input at all is left to zod: it may be `undefined` to the schema, which JSON Schema cannot say.
fn input_violations(invocation: &Invocation) -> Vec<Violation> {
    match (&invocation.trigger, &invocation.function.kind) {
        (Trigger::Action { input: Some(input) }, FunctionKind::Action { input: Some(schema), .. })
            if !input.is_null() =>
        {
            schema::violations(schema, input)
        }
        _ => Vec::new(),
    }
}

/// An action's output from its JSON text; `None` of an event function.
///
/// # Errors
/// It is too large, no JSON that Rust can read, or violates its schema where that is enforced.
pub(crate) fn output(
    text: Option<&str>,
    invocation: &Invocation,
    effects: &EffectLog,
) -> Result<Option<Value>, Box<RunError>> {
    let FunctionKind::Action { output: schema, .. } = &invocation.function.kind else { return Ok(None) };
    let text = text.unwrap_or("null");
    if text.len() > MAX_ACTION_OUTPUT_BYTES {
        return Err(Box::new(too_large(text.len() as u64)));
    }
    // A text within its bound can be a hundred times that in memory, and the report has a copy of its own.
    let tree = tree_bytes(text);
    if tree > MAX_ROOT_BYTES {
        return Err(Box::new(larger_than(limit_met("root_bytes", MAX_ROOT_BYTES, tree))));
    }
    let output: Value = serde_json::from_str(text).map_err(|error| {
        let message = format!("what the action returned cannot be read as JSON: {error}");
        Box::new(RunError::new(ErrorType::ScriptInternalError, message))
    })?;
    check_output(schema.as_ref(), &output, invocation.validation, effects)?;
    Ok(Some(output))
}

fn check_output(
    schema: Option<&Schema>,
    output: &Value,
    validation: Validation,
    effects: &EffectLog,
) -> Result<(), Box<RunError>> {
    let violations = schema.map(|schema| schema::violations(schema, output)).unwrap_or_default();
    match validation {
        Validation::Enforce if !violations.is_empty() => {
            Err(Box::new(invalid(ErrorType::InvalidActionOutput, OUTPUT, &violations)))
        }
        Validation::Enforce | Validation::EnforceInput | Validation::Warn => {
            warn_once(effects, WarningCode::InvalidActionOutput, OUTPUT, &violations);
            Ok(())
        }
    }
}

fn warn_once(effects: &EffectLog, code: WarningCode, what: &str, violations: &[Violation]) {
    if violations.is_empty() || effects.has_warned_of(code) {
        return;
    }
    effects.receive(EffectMessage::Warning(Warning::new(code, describe_violations(what, violations))));
}

pub(crate) fn too_large(bytes: u64) -> RunError {
    larger_than(limit_met("action_output_bytes", MAX_ACTION_OUTPUT_BYTES, bytes))
}

fn larger_than(limit: String) -> RunError {
    let message = format!("the action's output is too large ({limit})");
    // Nango's status for it.
    RunError { status: 400, ..RunError::new(ErrorType::ScriptOutputTooLarge, message) }
}
