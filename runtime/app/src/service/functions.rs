//! The functions that operations run: as a command needs them, or loaded once and replaced while a server runs.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use onevent_contract::{EnvironmentName, IntegrationId};
use onevent_engine::{LoadError, Project, ProjectSource, Selection};
use onevent_store::DeploymentId;

use super::{Service, ServiceError};

/// The functions that an environment runs.
#[derive(Debug, Clone)]
pub struct RunningFunctions {
    /// The functions.
    pub project: Arc<Project>,
    /// The deployment that they are of; `None` of a project's folder.
    pub deployment: Option<DeploymentId>,
}

/// Where operations find their functions.
#[derive(Default)]
pub(super) struct HeldFunctions {
    /// The whole project, once somebody has loaded it for good; `None` while each operation loads what it needs.
    project: ArcSwapOption<Project>,
}

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

    /// What an environment runs, where functions are held. All environments run the project's.
    #[must_use]
    pub fn running_functions(&self, _environment: &EnvironmentName) -> Option<RunningFunctions> {
        let project = self.functions.project.load_full()?;
        Some(RunningFunctions { project, deployment: None })
    }

    /// What an environment runs, with at least the functions of an integration that operations and its callers need.
    pub(super) async fn functions_of(
        &self,
        environment: &EnvironmentName,
        integration: &IntegrationId,
    ) -> Result<RunningFunctions, ServiceError> {
        match self.running_functions(environment) {
            Some(running) => Ok(running),
            None => {
                let project = self.selected(Selection::EventFunctionsOf(integration.clone())).await?;
                Ok(RunningFunctions { project, deployment: None })
            }
        }
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
