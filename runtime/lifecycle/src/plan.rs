//! Which functions an operation needs, found before anything is written.

use std::sync::Arc;

use onevent_contract::{Event, Function, IntegrationId};
use onevent_engine::{BrokenFunction, Project};

use crate::{LifecycleError, LimitsOf};

/// The functions of one event, in the order of the imports in `index.ts`.
pub(crate) type Functions = Vec<Arc<Function>>;

/// The functions of `integration` that subscribe to `event`.
///
/// # Errors
/// Every event function of the integration must be loadable: a broken one does not tell which event it is for, and a
/// validation that is skipped because its file is broken accepts everybody. Their limits must make sense. Actions and
/// syncs are in nobody's way.
pub(crate) fn functions(
    project: &Project,
    limits: &LimitsOf,
    integration: &IntegrationId,
    event: Event,
) -> Result<Functions, LifecycleError> {
    let broken: Vec<BrokenFunction> =
        project.broken.iter().filter(|broken| is_missed(broken, integration)).cloned().collect();
    if !broken.is_empty() {
        return Err(LifecycleError::Broken { integration: integration.clone(), broken });
    }
    let found: Functions = project.functions_for(integration, event).cloned().collect();
    for function in &found {
        let checked = limits(&function.key).check();
        checked.map_err(|source| LifecycleError::InvalidLimits { function: function.key.clone(), source })?;
    }
    Ok(found)
}

/// Whether an event function of the integration may be missing because of this one.
fn is_missed(broken: &BrokenFunction, integration: &IntegrationId) -> bool {
    broken.may_be_event_function() && belongs_to(broken, integration)
}

/// A path that does not follow the rules names no function, but it may still lie in the integration's folder.
fn belongs_to(broken: &BrokenFunction, integration: &IntegrationId) -> bool {
    match &broken.key {
        Some(key) => key.integration == *integration,
        None => {
            let folder = broken.path.trim_start_matches("./").split('/').next();
            folder == Some(integration.as_str())
        }
    }
}
