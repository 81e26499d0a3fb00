//! Deployments that are in use, read from the database once each.

use std::sync::{Arc, Mutex, PoisonError};

use onevent_contract::EnvironmentName;
use onevent_engine::Project;
use onevent_store::{DeployedFunctions, DeploymentId};

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
    pub(super) fn get(&self, environment: &EnvironmentName, id: DeploymentId) -> Option<Arc<HeldDeployment>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |one: &Arc<HeldDeployment>| {
            one.deployed.deployment.id == id && one.deployed.deployment.environment == *environment
        };
        let found = held.iter().position(is_meant)?;
        let found = held.remove(found);
        held.push(Arc::clone(&found));
        Some(found)
    }

    pub(super) fn put(&self, deployed: DeployedFunctions) -> Arc<HeldDeployment> {
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

/// The functions of a deployment, as those of a project are held.
fn project_of(deployed: &DeployedFunctions) -> Project {
    let functions = deployed.functions.iter().map(|one| Ok(Arc::clone(&one.function)));
    Project::new(functions, Vec::new(), Vec::new())
}
