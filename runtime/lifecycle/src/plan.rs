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
/// Every function of the integration must be loadable: a broken one does not tell which event it is for, and a
/// validation that is skipped because its file is broken accepts everybody. Their limits must make sense.
pub(crate) fn functions(
    project: &Project,
    limits: &LimitsOf,
    integration: &IntegrationId,
    event: Event,
) -> Result<Functions, LifecycleError> {
    let broken: Vec<BrokenFunction> =
        project.broken.iter().filter(|broken| belongs_to(broken, integration)).cloned().collect();
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
