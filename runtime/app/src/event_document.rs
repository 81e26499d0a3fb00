//! Events and acts as documents: the same at the command line and over HTTP.

use onevent_store::{AuditEntry, EventSummary};
use serde_json::{Value, json};

/// An event of a list.
#[must_use]
pub fn event_document(event: &EventSummary) -> Value {
    json!({
        "id": event.id,
        "kind": event.kind.as_str(),
        "integration": event.connection.integration,
        "connection_id": event.connection.connection_id,
        "function": event.function,
        "operation": event.operation,
        "deployment": event.deployment,
        "state": event.state.as_str(),
        "attempt": event.attempt,
        "replayed_after": event.replayed_after,
        "due_at": event.due_at,
        "leased_until": event.leased_until,
        "error": event.error,
        "run_id": event.run_id,
        "created_at": event.created_at,
        "finished_at": event.finished_at,
    })
}

/// An act of the audit log.
#[must_use]
pub fn audit_document(entry: &AuditEntry) -> Value {
    json!({
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor.to_string(),
        "action": entry.action.as_str(),
        "subject": entry.subject,
        "detail": entry.detail,
    })
}
