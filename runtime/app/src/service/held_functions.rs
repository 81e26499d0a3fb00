//! The functions that run, as they are held.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::ArcSwapOption;
use onevent_contract::Function;
use onevent_engine::Project;
use onevent_store::{DeployedFunctions, DeploymentId, FunctionVersion};

use super::held_deployments::HeldDeployment;

/// The functions that an environment runs.
#[derive(Debug, Clone)]
pub struct RunningFunctions {
    /// The functions.
    pub project: Arc<Project>,
    /// The deployment that they are of; `None` of a project's folder.
    pub deployment: Option<DeploymentId>,
    held: Option<Arc<HeldDeployment>>,
}

impl RunningFunctions {
    /// Those of a project's folder.
    pub(super) fn of_folder(project: Arc<Project>) -> Self {
        Self { project, deployment: None, held: None }
    }

    pub(super) fn of_deployment(held: Arc<HeldDeployment>) -> Self {
        let deployment = Some(held.deployed.deployment.id);
        Self { project: Arc::clone(&held.project), deployment, held: Some(held) }
    }

    /// A function as it was deployed: its version, and what its author wrote. `None` of a project's folder.
    #[must_use]
    pub fn version(&self, function: &Function) -> Option<(&FunctionVersion, &str)> {
        let DeployedFunctions { deployment, functions } = &self.held.as_ref()?.deployed;
        let mut both = deployment.functions.iter().zip(functions);
        both.find(|(version, _)| {
            version.key == function.key && version.kind.as_str() == function.kind.as_str()
        })
        .map(|(version, one)| (version, one.source.as_str()))
    }
}

/// Where operations find their functions.
#[derive(Default)]
pub(super) struct HeldFunctions {
    /// The whole project, once somebody has loaded it for good; `None` while each operation loads what it needs.
    pub(super) project: ArcSwapOption<Project>,
    /// Whether environments run their active deployments.
    pub(super) deployed: AtomicBool,
}
