//! What there is before a run, and whether a function may be called with it.

use std::sync::{Arc, OnceLock};

use onevent_contract::{
    CallContext, Host, HostCalls, HostError, Invocation, RunError, Validation, Violation,
};
use serde_json::Value;

use crate::isolate::Before;
use crate::{action, report, schema, violations};

/// The metadata as it is before the run; `null` where there is none, or the host has no such thing.
pub(crate) async fn metadata_before(host: Arc<dyn Host>, call: CallContext) -> Before {
    match host.metadata(&call).await {
        Ok(metadata) => Ok(metadata.value.map_or(Value::Null, Value::Object)),
        Err(HostError::Internal { message }) => Err(message),
        // The function gets the same answer when it asks, and decides what it means.
        Err(_) => Ok(Value::Null),
    }
}

/// Remembers what was read, for the case that the run's thread, which is told, is lost.
pub(crate) async fn remembered(
    reading: impl Future<Output = Before> + Send,
    known: Arc<OnceLock<Value>>,
) -> Before {
    let before = reading.await?;
    let _ = known.set(before.clone());
    Ok(before)
}

/// What the function is called with.
///
/// # Errors
/// The metadata or the input violates its schema, where that is enforced.
pub(crate) fn facts(invocation: &Invocation, before: &Value) -> Result<Value, Box<RunError>> {
    if invocation.validation == Validation::Enforce {
        let violations = metadata_violations(invocation, before);
        if !violations.is_empty() {
            return Err(Box::new(violations::invalid_before_run(&violations)));
        }
    }
    match action::refused_input(invocation) {
        Some(error) => Err(Box::new(error)),
        None => Ok(report::facts(invocation, before)),
    }
}

/// What is wrong with metadata that exists. A connection that has none yet violates nothing.
fn metadata_violations(invocation: &Invocation, before: &Value) -> Vec<Violation> {
    match &invocation.function.metadata_schema {
        Some(schema) if !before.is_null() => schema::violations(schema, before),
        _ => Vec::new(),
    }
}
