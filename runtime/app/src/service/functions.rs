//! The functions that operations run: as a command needs them, or loaded once and replaced while a server runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use onevent_contract::{EnvironmentName, IntegrationId};
use onevent_engine::{LoadError, Project, ProjectSource, Selection};
use onevent_store::{DeploymentId, StoreError};

use super::error::ServiceError;
use super::held_deployments::HeldDeployment;
use super::held_functions::RunningFunctions;
use super::parts::Service;

/// What became of loading the project again.
#[derive(Debug)]
#[non_exhaustive]
pub enum FunctionsReloaded {
    /// Every function that could run before can run now, or there was none before.
    Replaced(Arc<Project>),
    /// `index.ts`, or a function that ran until now, does not load: what ran goes on.
    Kept {
        /// What is wrong, one line for each file.
        problems: Vec<String>,
    },
}

impl Service {
    /// Loads all functions of the project and keeps them: from here on operations run these, and files that change do not
    /// matter until [`Service::reload_functions`]. For servers; a command loads what it needs.
    ///
    /// # Errors
    /// As [`Service::project`].
    pub async fn hold_functions(&self) -> Result<Arc<Project>, ServiceError> {
        let project = self.load(ProjectSource::directory(self.folder())).await?;
        self.functions.project.store(Some(Arc::clone(&project)));
        Ok(project)
    }

    /// Loads them again. Where one that ran does not load any more, the last good ones go on running, all of them: half a
    /// change is what its author never had. Runs that have begun finish with what they began with.
    ///
    /// # Errors
    /// When the engine itself fails.
    pub async fn reload_functions(&self) -> Result<FunctionsReloaded, ServiceError> {
        let project = match self.load(ProjectSource::directory(self.folder())).await {
            Ok(project) => project,
            Err(ServiceError::Load(error)) => {
                return Ok(FunctionsReloaded::Kept { problems: vec![problem(&error)] });
            }
            Err(error) => return Err(error),
        };
        let problems = match &*self.functions.project.load() {
            Some(running) => broken_since(running, &project),
            None => Vec::new(),
        };
        if !problems.is_empty() {
            return Ok(FunctionsReloaded::Kept { problems });
        }
        self.functions.project.store(Some(Arc::clone(&project)));
        Ok(FunctionsReloaded::Replaced(project))
    }

    /// From here on each environment runs its active deployment, and none before its first one. For servers without a
    /// project's folder.
    pub fn run_deployments(&self) {
        self.functions.deployed.store(true, Ordering::Relaxed);
    }

    /// What an environment runs: its active deployment, or the whole project, where it is held. `None` where each operation
    /// loads what it needs.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn running_functions(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Option<RunningFunctions>, ServiceError> {
        if self.functions.deployed.load(Ordering::Relaxed) {
            let held = self.held_deployment(environment, None).await?;
            let nothing = || RunningFunctions::of_folder(Arc::default());
            return Ok(Some(held.map_or_else(nothing, RunningFunctions::of_deployment)));
        }
        Ok(self.functions.project.load_full().map(RunningFunctions::of_folder))
    }

    /// Holds the project's functions from here on, unless they are held, or deployments run: an action is not among those that an
    /// operation loads for itself.
    pub(super) async fn have_functions(&self) -> Result<(), ServiceError> {
        let has = self.functions.deployed.load(Ordering::Relaxed) || self.functions.project.load().is_some();
        if !has {
            self.hold_functions().await?;
        }
        Ok(())
    }

    /// All functions that an environment runs, loaded if they are not.
    ///
    /// # Errors
    /// As [`Service::running_functions`] and [`Service::project`].
    pub async fn all_functions(
        &self,
        environment: &EnvironmentName,
    ) -> Result<RunningFunctions, ServiceError> {
        match self.running_functions(environment).await? {
            Some(running) => Ok(running),
            None => Ok(RunningFunctions::of_folder(Arc::clone(self.project().await?))),
        }
    }

    /// What an environment runs, or a deployment of it that is named, with at least the functions of an integration that
    /// operations and its callers need.
    pub(super) async fn functions_of(
        &self,
        environment: &EnvironmentName,
        integration: &IntegrationId,
        deployment: Option<DeploymentId>,
    ) -> Result<RunningFunctions, ServiceError> {
        if let Some(id) = deployment {
            let held = self.held_deployment(environment, Some(id)).await?;
            let gone = || StoreError::UnknownDeployment { environment: environment.clone(), id };
            return Ok(RunningFunctions::of_deployment(held.ok_or_else(gone)?));
        }
        match self.running_functions(environment).await? {
            Some(running) => Ok(running),
            None => {
                let project = self.selected(Selection::EventFunctionsOf(integration.clone())).await?;
                Ok(RunningFunctions::of_folder(project))
            }
        }
    }

    /// A deployment, ready to run; without an id, the active one. `None` where there is none.
    pub(super) async fn held_deployment(
        &self,
        environment: &EnvironmentName,
        id: Option<DeploymentId>,
    ) -> Result<Option<Arc<HeldDeployment>>, ServiceError> {
        let store = self.store_of(environment).await?;
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

/// What ran and is broken now.
fn broken_since(running: &Project, next: &Project) -> Vec<String> {
    let ran = |path: &str| running.functions.iter().any(|function| function.path == path);
    let broken = next.broken.iter().filter(|broken| ran(&broken.path) || broken.may_be_event_function());
    let is_new = |path: &str| !running.broken.iter().any(|broken| broken.path == path);
    broken.filter(|broken| is_new(&broken.path)).map(|broken| problem(&broken.error)).collect()
}

fn problem(error: &LoadError) -> String {
    error.to_string()
}
