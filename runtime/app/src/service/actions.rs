//! Actions that a function triggers, loaded when the first one does.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{CompletedRun, FunctionKey};
use onevent_engine::{Engine, Folder, Project, ProjectSource, Selection};
use onevent_hosts::{ActionNotRun, ActionRun, ActionRunner};
use onevent_lifecycle::ProjectActions;
use tokio::sync::{Mutex, OnceCell};

/// The actions of a project of which not every function is loaded.
pub(super) struct ActionsOnDemand {
    loaded: ProjectActions,
    engine: Engine,
    source: ProjectSource,
    /// What was loaded since, each action once.
    more: Mutex<HashMap<FunctionKey, Arc<OnceCell<Arc<Project>>>>>,
}

impl ActionsOnDemand {
    /// Of what is loaded by now, with the rest of `source` to be loaded by this engine.
    pub(super) fn new(loaded: ProjectActions, engine: Engine, source: ProjectSource) -> Self {
        Self { loaded, engine, source, more: Mutex::default() }
    }

    /// The project with the action in it, if there is one.
    async fn project_with(&self, action: &FunctionKey) -> Result<Arc<Project>, ActionNotRun> {
        let is_meant = |listed: &&onevent_engine::ListedFunction| {
            listed.key == *action && listed.folder == Folder::Actions
        };
        if !self.loaded.project.not_loaded.iter().any(|listed| is_meant(&listed)) {
            return Ok(Arc::clone(&self.loaded.project));
        }
        let cell = Arc::clone(self.more.lock().await.entry(action.clone()).or_default());
        let load = || async {
            let selection = Selection::Action(action.clone());
            let project = self.engine.load_selected(self.source.clone(), selection).await;
            project.map(Arc::new).map_err(|error| ActionNotRun::Broken {
                message: format!("the action {action} cannot be loaded: {error}"),
            })
        };
        cell.get_or_try_init(load).await.cloned()
    }
}

#[async_trait]
impl ActionRunner for ActionsOnDemand {
    async fn run_action(&self, run: ActionRun) -> Result<CompletedRun, ActionNotRun> {
        let project = self.project_with(&run.action).await?;
        ProjectActions { project, ..self.loaded.clone() }.run_action(run).await
    }
}
