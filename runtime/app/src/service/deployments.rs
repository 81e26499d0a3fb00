//! Deployments of the environments of this service: the rules are the lifecycle's.

use std::sync::Arc;

use onevent_contract::{EnvironmentName, Event, Function, FunctionKey, IntegrationId};
use onevent_engine::{ListedFunction, ProjectFiles, ProjectSource, Selection};
use onevent_lifecycle::deployments::{
    self, Before, Deployed, DeploymentError, DeploymentPlan, DeploymentScope, FunctionChange, FunctionDiff,
    Within,
};
use onevent_store::{
    Audit, DeployedFunctions, Deployment, DeploymentHistoryEntry, DeploymentId, Pruned, Store, StoreError,
};

use super::error::ServiceError;
use super::parts::Service;

/// What is to be deployed.
#[derive(Debug, Clone)]
pub struct DeploymentRequest {
    /// Where the functions are.
    pub source: ProjectSource,
    /// What they replace.
    pub scope: DeploymentScope,
    /// The events that whoever deploys says some of them to be of.
    pub events: Vec<(FunctionKey, Event)>,
    /// Who deploys, and why.
    pub audit: Audit,
}

/// What a deployment would do.
#[derive(Debug, Clone)]
pub struct PlannedDeployment {
    /// What would happen to each function that it is about.
    pub changes: Vec<FunctionChange>,
    /// Whether the environment would run anything else than before.
    pub changes_something: bool,
    /// What is left out, because it is of a kind that is not run: syncs.
    pub skipped: Vec<String>,
}

/// What a project's folder has for a deployment somewhere else.
#[derive(Debug, Clone)]
pub struct DeployableFiles {
    /// The files that the functions are made of, packages included, and no others.
    pub files: ProjectFiles,
    /// What its author should know, and no function fails for.
    pub notes: Vec<String>,
}

/// What a deployment did.
#[derive(Debug, Clone)]
pub struct MadeDeployment {
    /// What the environment runs now, and what happened to each function.
    pub deployed: Deployed,
    /// What was left out, because it is of a kind that is not run: syncs.
    pub skipped: Vec<String>,
}

/// A deployment that is checked, before it is made.
struct Prepared {
    before: Before,
    plan: DeploymentPlan,
    skipped: Vec<String>,
}

impl Service {
    /// Loads functions as everywhere, and makes them what an environment runs. Where one of them does not load, nothing
    /// changes; nor does it where they are what the environment runs already.
    ///
    /// # Errors
    /// [`DeploymentError`]; and whatever keeps `index.ts` from being read.
    pub async fn deploy(
        &self,
        environment: &EnvironmentName,
        request: DeploymentRequest,
    ) -> Result<MadeDeployment, ServiceError> {
        let store = self.store_of(environment).await?;
        let audit = request.audit.clone();
        let Prepared { before, plan, skipped } = self.prepare(Some(store), environment, request).await?;
        let deployed = deployments::deploy(store, environment, &before, plan, audit).await?;
        Ok(MadeDeployment { deployed, skipped })
    }

    /// Takes one function away from what an environment runs: a deployment that has all the others.
    ///
    /// # Errors
    /// [`DeploymentError::Concurrent`], and those of the store.
    pub async fn delete_function(
        &self,
        environment: &EnvironmentName,
        function: &Function,
        audit: Audit,
    ) -> Result<Deployed, ServiceError> {
        let store = self.store_of(environment).await?;
        let before = deployments::before(store, environment).await?;
        let plan = DeploymentPlan::without(&before, function);
        Ok(deployments::deploy(store, environment, &before, plan, audit).await?)
    }

    /// What [`Service::deploy`] would do. Nothing is written.
    ///
    /// # Errors
    /// As there.
    pub async fn plan_deployment(
        &self,
        environment: &EnvironmentName,
        request: DeploymentRequest,
    ) -> Result<PlannedDeployment, ServiceError> {
        let store = self.store_for_reading(environment).await?;
        let Prepared { plan, skipped, .. } = self.prepare(store, environment, request).await?;
        let DeploymentPlan { changes, changes_something, .. } = plan;
        Ok(PlannedDeployment { changes, changes_something, skipped })
    }

    /// What of the project's folder a deployment on another machine needs. The functions are loaded here first, as they
    /// will be there: what does not load is told with its place in the files that its author has before him.
    ///
    /// # Errors
    /// As [`Service::deploy`], for what the functions alone are to blame for.
    pub async fn deployable_files(&self, scope: &DeploymentScope) -> Result<DeployableFiles, ServiceError> {
        let (source, reading) = ProjectSource::directory(self.folder()).noted();
        let project = self.engine()?.load_selected(source.clone(), selection(scope)).await?;
        let functions = deployments::deployable(&project, &source, scope, &[])?;
        if functions.is_empty() && scope.within == Within::Environment {
            return Err(DeploymentError::Nothing.into());
        }
        Ok(DeployableFiles { files: reading.files(), notes: project.notes })
    }

    async fn prepare(
        &self,
        store: Option<&Store>,
        environment: &EnvironmentName,
        request: DeploymentRequest,
    ) -> Result<Prepared, ServiceError> {
        let before = match store {
            Some(store) => deployments::before(store, environment).await?,
            None => Before::default(),
        };
        let DeploymentRequest { source, scope, events, .. } = request;
        let project = self.engine()?.load_selected(source.clone(), selection(&scope)).await?;
        let is_sync = |broken: &&onevent_engine::BrokenFunction| broken.is_unsupported();
        let skipped = project.broken.iter().filter(is_sync).map(|broken| broken.path.clone()).collect();
        let functions = deployments::deployable(&project, &source, &scope, &events)?;
        let plan = DeploymentPlan::new(&before, functions, &scope)?;
        if plan.changes.is_empty() || (plan.functions.is_empty() && scope.within == Within::Environment) {
            return Err(DeploymentError::Nothing.into());
        }
        Ok(Prepared { before, plan, skipped })
    }

    /// Which deployments an environment ran, the newest first. The first entry is the active one.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn deployments(
        &self,
        environment: &EnvironmentName,
        limit: u32,
    ) -> Result<Vec<DeploymentHistoryEntry>, ServiceError> {
        match self.existing_store_of(environment).await? {
            Some(store) => Ok(store.deployment_history(environment, limit).await?),
            None => Ok(Vec::new()),
        }
    }

    /// A deployment with the code of its functions; without an id, the active one.
    ///
    /// # Errors
    /// `unknown_deployment`.
    pub async fn deployment(
        &self,
        environment: &EnvironmentName,
        id: Option<DeploymentId>,
    ) -> Result<DeployedFunctions, ServiceError> {
        let found = match (self.existing_store_of(environment).await?, id) {
            (None, _) => None,
            (Some(store), Some(id)) => store.deployed_functions(environment, id).await?,
            (Some(store), None) => store.active_deployment(environment).await?,
        };
        found.ok_or_else(|| match id {
            Some(id) => StoreError::UnknownDeployment { environment: environment.clone(), id }.into(),
            None => DeploymentError::None { environment: environment.clone() }.into(),
        })
    }

    /// What is different in the deployment `to`, or in the active one.
    ///
    /// # Errors
    /// As [`Service::deployment`].
    pub async fn deployment_difference(
        &self,
        environment: &EnvironmentName,
        from: DeploymentId,
        to: Option<DeploymentId>,
    ) -> Result<(DeploymentId, Vec<FunctionDiff>), ServiceError> {
        let before = self.deployment(environment, Some(from)).await?;
        let after = self.deployment(environment, to).await?;
        Ok((after.deployment.id, deployments::difference(&before, &after)))
    }

    /// Makes an earlier deployment the active one again; without an id, the one that was active before.
    ///
    /// # Errors
    /// [`DeploymentError`].
    pub async fn roll_back_deployment(
        &self,
        environment: &EnvironmentName,
        to: Option<DeploymentId>,
        audit: &Audit,
    ) -> Result<Deployment, ServiceError> {
        Ok(deployments::roll_back(self.store_of(environment).await?, environment, to, audit).await?)
    }

    /// Deletes deployments, but for the active one and the `keep` that were active last; and those whose code a waiting
    /// event needs stay.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn prune_deployments(
        &self,
        environment: &EnvironmentName,
        keep: u32,
    ) -> Result<Pruned, ServiceError> {
        let mut transaction = self.store_of(environment).await?.begin().await?;
        let pruned = transaction.prune_deployments(environment, keep).await?;
        transaction.commit().await?;
        Ok(pruned)
    }
}

/// Only what is deployed is loaded: another integration's functions may be as broken as they are.
fn selection(scope: &DeploymentScope) -> Selection {
    match &scope.within {
        Within::Environment | Within::Given => Selection::All,
        Within::Integrations(integrations) => {
            let integrations = integrations.clone();
            Selection::Fitting(Arc::new(move |listed: &ListedFunction| {
                integrations.contains::<IntegrationId>(&listed.key.integration)
            }))
        }
    }
}
