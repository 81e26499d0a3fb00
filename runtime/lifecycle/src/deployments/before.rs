//! What an environment runs before a deployment.

use onevent_contract::EnvironmentName;
use onevent_store::{DeployedFunctions, Store};

use super::error::DeploymentError;

/// What an environment runs before a deployment.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// The active deployment; `None` before the first one.
    pub active: Option<DeployedFunctions>,
}

/// Reads what an environment runs. It is read before the new functions are loaded: whoever deploys meanwhile makes this
/// deployment one that comes too late.
///
/// # Errors
/// Those of the store.
pub async fn before(store: &Store, environment: &EnvironmentName) -> Result<Before, DeploymentError> {
    Ok(Before { active: store.active_deployment(environment).await? })
}
