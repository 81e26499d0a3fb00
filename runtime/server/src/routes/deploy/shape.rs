//! Answers in the shapes that Nango's command line reads.

use onevent_lifecycle::deployments::{ChangeKind, Deployed, FunctionChange};
use serde_json::{Value, json};

use super::body::DeployBody;

/// What a deployment would do. What stays as it is, is not listed: nothing happens to it.
pub(super) fn plan(changes: &[FunctionChange]) -> Value {
    let list = |kind: ChangeKind, function_type: &str| -> Vec<Value> {
        let found = changes.iter().filter(|one| one.change == kind && one.function_type == function_type);
        found.map(listed).collect()
    };
    json!({
        "newSyncs": [],
        "updatedSyncs": [],
        "deletedSyncs": [],
        "newActions": list(ChangeKind::Created, "action"),
        "updatedActions": list(ChangeKind::Updated, "action"),
        "deletedActions": list(ChangeKind::Deleted, "action"),
        "deletedModels": [],
        "newOnEventScripts": list(ChangeKind::Created, "on-event"),
        "updatedOnEventScripts": list(ChangeKind::Updated, "on-event"),
        "deletedOnEventScripts": list(ChangeKind::Deleted, "on-event"),
    })
}

fn listed(change: &FunctionChange) -> Value {
    let mut shown = json!({ "providerConfigKey": change.key.integration, "name": change.key.name });
    if let Some(event) = change.event {
        shown["event"] = json!(event);
    }
    shown
}

/// The functions that were deployed, each with its version: those that did not change, too.
pub(super) fn deployed(deployed: &Deployed, body: &DeployBody) -> Value {
    let there = deployed.changes.iter().filter(|one| one.change != ChangeKind::Deleted);
    there
        .map(|one| {
            let models = if one.event.is_none() { body.models(&one.key) } else { &[] };
            json!({
                "name": one.key.name,
                "version": one.after.map(|version| version.to_string()),
                "providerConfigKey": one.key.integration,
                "type": one.function_type,
                "models": models,
            })
        })
        .collect()
}
