//! Deployments: which functions an environment runs, and how that changes.
//!
//! A deployment replaces what it is about and nothing else: who deploys one integration switches off no function of
//! another. It is checked before anything is written, and written in one transaction: one that does not load, that comes too
//! late, or whose process is killed has changed nothing.

mod change;
mod error;
mod plan;

use std::sync::Arc;

use onevent_contract::{EnvironmentName, Event, FunctionKey};
use onevent_engine::{BrokenFunction, Project, ProjectSource};
use onevent_store::{
    Audit, DeployedFunction, DeployedFunctions, Deployment, DeploymentId, NewDeployment, Store,
};

pub use self::change::{ChangeKind, FileChange, FunctionChange, FunctionDiff, difference};
pub use self::error::DeploymentError;
pub use self::plan::{DeploymentPlan, DeploymentScope, Kinds, Within};

/// How far back an earlier deployment is looked for.
const HISTORY: u32 = 1_000;

/// What an environment runs before a deployment.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// The active deployment; `None` before the first one.
    pub active: Option<DeployedFunctions>,
}

/// What a deployment came to.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// What the environment runs now; `None` where nothing was ever deployed and nothing was to be.
    pub deployment: Option<Deployment>,
    /// Whether that is a new deployment: what would change nothing makes none.
    pub is_new: bool,
    /// What happened to each function that the deployment was about.
    pub changes: Vec<FunctionChange>,
}

/// Reads what an environment runs. It is read before the new functions are loaded: whoever deploys meanwhile makes this
/// deployment one that comes too late.
///
/// # Errors
/// Those of the store.
pub async fn before(store: &Store, environment: &EnvironmentName) -> Result<Before, DeploymentError> {
    Ok(Before { active: store.active_deployment(environment).await? })
}

/// The functions of a loaded project that a deployment is about, with what is shown of them. `events` are the events that
/// whoever deploys says some of them to be of.
///
/// # Errors
/// [`DeploymentError::Broken`] where one of them does not load, [`DeploymentError::OtherEvent`] where one is of another
/// event than was said. Functions of a kind that is not run, syncs, are left out.
pub fn deployable(
    project: &Project,
    source: &ProjectSource,
    scope: &DeploymentScope,
    events: &[(FunctionKey, Event)],
) -> Result<Vec<DeployedFunction>, DeploymentError> {
    let concerns = |broken: &&BrokenFunction| !broken.is_unsupported() && scope.concerns(broken.key.as_ref());
    let broken: Vec<_> = project.broken.iter().filter(concerns).cloned().collect();
    if !broken.is_empty() {
        return Err(DeploymentError::Broken { broken });
    }
    for (key, said) in events {
        let found = project.event_function(key).and_then(|function| Some((function, function.event()?)));
        if let Some((function, event)) = found.filter(|(_, event)| event != said) {
            let path = function.path.clone();
            return Err(DeploymentError::OtherEvent { path, said: *said, exported: event });
        }
    }
    let shown = |function: &Arc<onevent_contract::Function>| {
        let text = source.read(&function.path).map_err(DeploymentError::Unreadable)?;
        Ok(DeployedFunction { function: Arc::clone(function), source: text.as_ref().to_owned() })
    };
    project.functions.iter().map(shown).collect()
}

/// Makes what was planned the active deployment. A plan that changes nothing leaves the active deployment as it is.
///
/// # Errors
/// [`DeploymentError::Concurrent`] where another deployment became the active one since `before`.
pub async fn deploy(
    store: &Store,
    environment: &EnvironmentName,
    before: &Before,
    plan: DeploymentPlan,
    audit: Audit,
) -> Result<Deployed, DeploymentError> {
    let mut transaction = store.begin().await?;
    let base = before.active.as_ref().map(|active| active.deployment.id);
    if transaction.active_deployment_id(environment).await? != base {
        return Err(DeploymentError::Concurrent { environment: environment.clone() });
    }
    let DeploymentPlan { functions, mut changes, changes_something } = plan;
    if !changes_something {
        let deployment = before.active.as_ref().map(|active| active.deployment.clone());
        return Ok(Deployed { deployment, is_new: false, changes });
    }
    let new = NewDeployment { environment: environment.clone(), functions, audit };
    let deployment = transaction.deploy(&new).await?;
    transaction.commit().await?;
    change::number(&mut changes, &deployment);
    Ok(Deployed { deployment: Some(deployment), is_new: true, changes })
}

/// Makes an earlier deployment the active one again; without an id, the one that was active before. Returns it.
///
/// # Errors
/// [`DeploymentError::NothingBefore`], [`DeploymentError::Active`], and `unknown_deployment` of the store.
pub async fn roll_back(
    store: &Store,
    environment: &EnvironmentName,
    to: Option<DeploymentId>,
    audit: &Audit,
) -> Result<Deployment, DeploymentError> {
    let history = store.deployment_history(environment, HISTORY).await?;
    let mut transaction = store.begin().await?;
    let active = transaction.active_deployment_id(environment).await?;
    let id = match to {
        Some(id) => id,
        None => {
            let mut found = None;
            for entry in history.iter().filter(|entry| Some(entry.deployment) != active) {
                if transaction.deployment(environment, entry.deployment).await?.is_some() {
                    found = Some(entry.deployment);
                    break;
                }
            }
            found.ok_or_else(|| DeploymentError::NothingBefore { environment: environment.clone() })?
        }
    };
    if active == Some(id) {
        return Err(DeploymentError::Active { id });
    }
    transaction.roll_back_deployment(environment, id, audit).await?;
    let deployment = transaction.deployment(environment, id).await?;
    transaction.commit().await?;
    deployment.ok_or_else(|| DeploymentError::NothingBefore { environment: environment.clone() })
}
