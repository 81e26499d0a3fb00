//! Making a deployment, and going back to an earlier one.

use std::sync::Arc;

use onevent_contract::{EnvironmentName, Event, FunctionKey};
use onevent_engine::{BrokenFunction, Project, ProjectSource};
use onevent_store::{Audit, DeployedFunction, Deployment, DeploymentId, NewDeployment, Store};

use super::before::Before;
use super::change::{self, FunctionChange};
use super::error::DeploymentError;
use super::plan::{DeploymentPlan, DeploymentScope};

/// How far back an earlier deployment is looked for.
const HISTORY: u32 = 1_000;

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
