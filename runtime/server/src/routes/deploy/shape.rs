//! Answers in the shapes that Nango's command line reads.

use onevent_contract::Event;
use onevent_lifecycle::deployments::{ChangeKind, Deployed, FunctionChange};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::DeployBody;

/// What a deployment would do. What stays as it is, is not listed: nothing happens to it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeployPlan {
    new_syncs: Vec<ChangedFlow>,
    updated_syncs: Vec<ChangedFlow>,
    deleted_syncs: Vec<ChangedFlow>,
    new_actions: Vec<ChangedFlow>,
    updated_actions: Vec<ChangedFlow>,
    deleted_actions: Vec<ChangedFlow>,
    deleted_models: Vec<String>,
    new_on_event_scripts: Vec<ChangedFlow>,
    updated_on_event_scripts: Vec<ChangedFlow>,
    deleted_on_event_scripts: Vec<ChangedFlow>,
}

/// A function of a plan.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ChangedFlow {
    /// The integration.
    provider_config_key: String,
    name: String,
    /// Of an event function.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    event: Option<Event>,
}

impl DeployPlan {
    pub(super) fn new(changes: &[FunctionChange]) -> Self {
        let list = |kind: ChangeKind, function_type: &str| -> Vec<ChangedFlow> {
            let found = changes.iter().filter(|one| one.change == kind && one.function_type == function_type);
            found.map(ChangedFlow::new).collect()
        };
        Self {
            new_syncs: Vec::new(),
            updated_syncs: Vec::new(),
            deleted_syncs: Vec::new(),
            new_actions: list(ChangeKind::Created, "action"),
            updated_actions: list(ChangeKind::Updated, "action"),
            deleted_actions: list(ChangeKind::Deleted, "action"),
            deleted_models: Vec::new(),
            new_on_event_scripts: list(ChangeKind::Created, "on-event"),
            updated_on_event_scripts: list(ChangeKind::Updated, "on-event"),
            deleted_on_event_scripts: list(ChangeKind::Deleted, "on-event"),
        }
    }
}

impl ChangedFlow {
    fn new(change: &FunctionChange) -> Self {
        Self {
            provider_config_key: change.key.integration.to_string(),
            name: change.key.name.to_string(),
            event: change.event,
        }
    }
}

/// A function that was deployed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeployedFlow {
    name: String,
    /// `0.0.1`, `0.0.2`, …
    version: Option<String>,
    /// The integration.
    provider_config_key: String,
    /// `action` or `on-event`.
    r#type: &'static str,
    models: Vec<String>,
}

/// The functions that were deployed, each with its version: those that did not change, too.
pub(super) fn deployed(deployed: &Deployed, body: &DeployBody) -> Vec<DeployedFlow> {
    let there = deployed.changes.iter().filter(|one| one.change != ChangeKind::Deleted);
    let shown = |one: &FunctionChange| DeployedFlow {
        name: one.key.name.to_string(),
        version: one.after.map(|version| version.to_string()),
        provider_config_key: one.key.integration.to_string(),
        r#type: one.function_type,
        models: if one.event.is_none() { body.models(&one.key).to_vec() } else { Vec::new() },
    };
    there.map(shown).collect()
}
