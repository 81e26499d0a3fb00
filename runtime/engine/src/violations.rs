//! Values that violate their schemas, in words.

use onevent_contract::{ErrorType, RunError, Violation};
use serde_json::json;

/// The error of metadata that violates the schema before the run, where that is enforced.
pub(crate) fn invalid_before_run(violations: &[Violation]) -> RunError {
    invalid(ErrorType::InvalidMetadata, "the connection's metadata", violations)
}

/// The error of a value that violates its schema.
pub(crate) fn invalid(kind: ErrorType, what: &str, violations: &[Violation]) -> RunError {
    let mut error = RunError::new(kind, describe_violations(what, violations));
    if let Some(payload) = error.payload.as_object_mut() {
        payload.insert("errors".into(), json!(violations));
    }
    error
}

/// Violations in one sentence.
pub(crate) fn describe_violations(what: &str, violations: &[Violation]) -> String {
    let shown: Vec<String> = violations
        .iter()
        .take(3)
        .map(|violation| {
            let path: Vec<String> = violation
                .path
                .iter()
                .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
                .collect();
            if path.is_empty() {
                violation.message.clone()
            } else {
                format!("{}: {}", path.join("."), violation.message)
            }
        })
        .collect();
    let more = violations.len().saturating_sub(shown.len());
    let rest = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    format!("{what} does not match the function's schema: {}{rest}", shown.join("; "))
}
