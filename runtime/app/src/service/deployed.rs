//! Deployments that are in use, read from the database once each.

use std::sync::{Arc, Mutex, PoisonError};

use onevent_contract::EnvironmentName;
use onevent_engine::Project;
use onevent_store::{DeployedFunctions, DeploymentId};

use super::deployments::project_of;
use super::{Service, ServiceError};

/// How many deployments are held: the active ones of some environments, and those that queued events still name. One that
/// is needed again is read again.
const MAX_HELD: usize = 16;

/// A deployment, ready to run.
#[derive(Debug)]
pub(super) struct HeldDeployment {
    pub(super) deployed: DeployedFunctions,
    pub(super) project: Arc<Project>,
}

/// The deployments that were used last, the latest at the end. A deployment never changes, so nothing here grows old.
#[derive(Default)]
pub(super) struct HeldDeployments(Mutex<Vec<Arc<HeldDeployment>>>);

impl HeldDeployments {
    fn get(&self, environment: &EnvironmentName, id: DeploymentId) -> Option<Arc<HeldDeployment>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |one: &Arc<HeldDeployment>| {
            one.deployed.deployment.id == id && one.deployed.deployment.environment == *environment
        };
        let found = held.iter().position(is_meant)?;
        let found = held.remove(found);
        held.push(Arc::clone(&found));
        Some(found)
    }

    fn put(&self, deployed: DeployedFunctions) -> Arc<HeldDeployment> {
        let project = Arc::new(project_of(&deployed));
        let new = Arc::new(HeldDeployment { deployed, project });
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() == MAX_HELD {
            held.remove(0);
        }
        held.push(Arc::clone(&new));
        new
    }
}

impl Service {
    /// A deployment, ready to run; without an id, the active one. `None` where there is none.
    pub(super) async fn held_deployment(
        &self,
        environment: &EnvironmentName,
        id: Option<DeploymentId>,
    ) -> Result<Option<Arc<HeldDeployment>>, ServiceError> {
        let store = self.store().await?;
        let id = match id {
            Some(id) => Some(id),
            None => store.active_deployment_id(environment).await?,
        };
        let Some(id) = id else { return Ok(None) };
        if let Some(held) = self.deployments.get(environment, id) {
            return Ok(Some(held));
        }
        let read = store.deployed_functions(environment, id).await?;
        Ok(read.map(|read| self.deployments.put(read)))
    }
}
