//! Deployments: made in one transaction, never changed, and active until another one is.

use jiff::Timestamp;
use onevent_contract::EnvironmentName;

use crate::database::{FunctionIdentity, HistoryRow};
use crate::function_rows::{function_row, functions, module_row, version};
use crate::time::from_millis;
use crate::{
    Audit, DeployedFunction, DeployedFunctions, Deployment, DeploymentAct, DeploymentHistoryEntry,
    DeploymentId, NewDeployment, Pruned, Store, StoreError, Transaction,
};

impl Transaction {
    /// Makes a deployment and makes it the active one. A function that is what one of its versions was, keeps that
    /// version's number; another one gets the next.
    ///
    /// # Errors
    /// [`StoreError::Database`], also where a function comes twice.
    pub async fn deploy(&mut self, new: &NewDeployment) -> Result<Deployment, StoreError> {
        let NewDeployment { environment, functions, audit } = new;
        let id = DeploymentId::generate();
        let now = self.now();
        self.tables().lock_deployments(environment).await?;
        self.tables().insert_deployment_row(environment, &id.to_string(), now.as_millisecond()).await?;
        for (position, deployed) in (0_i64..).zip(functions) {
            let version = self.insert_function(environment, deployed).await?;
            let function = identity(deployed);
            let id = id.to_string();
            self.tables().insert_deployment_function(environment, &id, position, function, version).await?;
        }
        self.activate(environment, id, DeploymentAct::Deploy, audit).await?;
        let made = self.deployment(environment, id).await?;
        made.ok_or(StoreError::Internal { action: "read a deployment that was just made" })
    }

    /// Makes an earlier deployment the active one again.
    ///
    /// # Errors
    /// [`StoreError::UnknownDeployment`].
    pub async fn roll_back_deployment(
        &mut self,
        environment: &EnvironmentName,
        id: DeploymentId,
        audit: &Audit,
    ) -> Result<DeploymentHistoryEntry, StoreError> {
        self.tables().lock_deployments(environment).await?;
        if self.tables().deployment_created_at(environment, &id.to_string()).await?.is_none() {
            return Err(StoreError::UnknownDeployment { environment: environment.clone(), id });
        }
        self.activate(environment, id, DeploymentAct::Rollback, audit).await
    }

    /// Deletes deployments, but for the active one, the `keep` that were active last, and those whose code an event in
    /// the queue waits for; and what only they had. The history stays.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn prune_deployments(
        &mut self,
        environment: &EnvironmentName,
        keep: u32,
    ) -> Result<Pruned, StoreError> {
        let tables = self.tables();
        tables.lock_deployments(environment).await?;
        Ok(Pruned {
            deployments: tables.delete_deployments_but(environment, i64::from(keep.max(1))).await?,
            function_versions: tables.delete_unused_function_versions(environment).await?,
            modules: tables.delete_unused_modules(environment).await?,
        })
    }

    /// One deployment, without the code of its functions; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Database`].
    pub async fn deployment(
        &mut self,
        environment: &EnvironmentName,
        id: DeploymentId,
    ) -> Result<Option<Deployment>, StoreError> {
        let created_at = self.tables().deployment_created_at(environment, &id.to_string()).await?;
        let Some(created_at) = created_at else { return Ok(None) };
        let rows = self.tables().function_version_rows(environment, &id.to_string()).await?;
        Ok(Some(Deployment {
            id,
            environment: environment.clone(),
            created_at: from_millis(created_at, "created_at")?,
            functions: rows.iter().map(version).collect::<Result<_, _>>()?,
        }))
    }

    /// Which deployment an environment runs; `None` before the first one.
    ///
    /// # Errors
    /// As [`Transaction::deployment`].
    pub async fn active_deployment_id(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<Option<DeploymentId>, StoreError> {
        let newest = self.tables().history_rows(environment, 1).await?.pop();
        newest.map(history_entry).transpose().map(|newest| newest.map(|newest| newest.deployment))
    }

    /// One deployment with the code of its functions; `None` where there is none.
    ///
    /// # Errors
    /// As [`Transaction::deployment`].
    pub async fn deployed_functions(
        &mut self,
        environment: &EnvironmentName,
        id: DeploymentId,
    ) -> Result<Option<DeployedFunctions>, StoreError> {
        let Some(deployment) = self.deployment(environment, id).await? else { return Ok(None) };
        let id = id.to_string();
        let modules = self.tables().module_rows(environment, &id).await?;
        let uses = self.tables().module_uses(environment, &id).await?;
        let rows = self.tables().function_version_rows(environment, &id).await?;
        Ok(Some(DeployedFunctions { deployment, functions: functions(rows, modules, uses)? }))
    }

    /// The version of a function that is what this one is; a new one where there is none.
    async fn insert_function(
        &mut self,
        environment: &EnvironmentName,
        deployed: &DeployedFunction,
    ) -> Result<i64, StoreError> {
        let function = identity(deployed);
        let mut hashes = Vec::new();
        for module in deployed.function.modules.iter() {
            let row = module_row(module)?;
            hashes.push(row.hash.clone());
            self.tables().insert_module_row(environment, row).await?;
        }
        let row = function_row(deployed, &hashes, self.now())?;
        if let Some(version) = self.tables().version_of(environment, function, &row.hash).await? {
            return Ok(version);
        }
        self.tables().insert_function_version(environment, function, row, &hashes).await
    }

    async fn activate(
        &mut self,
        environment: &EnvironmentName,
        id: DeploymentId,
        act: DeploymentAct,
        audit: &Audit,
    ) -> Result<DeploymentHistoryEntry, StoreError> {
        let row = HistoryRow {
            position: 0,
            deployment_id: id.to_string(),
            act: act.as_str().to_owned(),
            at: self.now().as_millisecond(),
            author: audit.author.clone(),
            message: audit.message.clone(),
            client: audit.client.clone(),
        };
        history_entry(self.tables().insert_history_row(environment, row).await?)
    }
}

fn identity(deployed: &DeployedFunction) -> FunctionIdentity<'_> {
    FunctionIdentity { key: &deployed.function.key, function_type: deployed.function.kind.as_str() }
}

impl DeployedFunction {
    /// SHA-256 of all that it is, in hexadecimal digits: the one of its version, once it is deployed.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where it cannot be written as JSON.
    pub fn hash(&self) -> Result<String, StoreError> {
        let modules = self.function.modules.iter();
        let hashes =
            modules.map(|module| Ok(module_row(module)?.hash)).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(function_row(self, &hashes, Timestamp::UNIX_EPOCH)?.hash)
    }
}

impl Store {
    /// The deployment that an environment runs, with the code of its functions; `None` before the first one.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn active_deployment(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Option<DeployedFunctions>, StoreError> {
        let mut transaction = self.read().await?;
        match transaction.active_deployment_id(environment).await? {
            Some(id) => transaction.deployed_functions(environment, id).await,
            None => Ok(None),
        }
    }

    /// [`Transaction::active_deployment_id`] in a transaction of its own.
    ///
    /// # Errors
    /// As [`Store::active_deployment`].
    pub async fn active_deployment_id(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Option<DeploymentId>, StoreError> {
        self.read().await?.active_deployment_id(environment).await
    }

    /// [`Transaction::deployment`] in a transaction of its own.
    ///
    /// # Errors
    /// As [`Store::active_deployment`].
    pub async fn deployment(
        &self,
        environment: &EnvironmentName,
        id: DeploymentId,
    ) -> Result<Option<Deployment>, StoreError> {
        self.read().await?.deployment(environment, id).await
    }

    /// [`Transaction::deployed_functions`] in a transaction of its own.
    ///
    /// # Errors
    /// As [`Store::active_deployment`].
    pub async fn deployed_functions(
        &self,
        environment: &EnvironmentName,
        id: DeploymentId,
    ) -> Result<Option<DeployedFunctions>, StoreError> {
        self.read().await?.deployed_functions(environment, id).await
    }

    /// Which deployments an environment ran, the newest first. The first entry is the active one.
    ///
    /// # Errors
    /// As [`Store::active_deployment`].
    pub async fn deployment_history(
        &self,
        environment: &EnvironmentName,
        limit: u32,
    ) -> Result<Vec<DeploymentHistoryEntry>, StoreError> {
        let rows = self.read().await?.tables().history_rows(environment, i64::from(limit)).await?;
        rows.into_iter().map(history_entry).collect()
    }
}

fn history_entry(row: HistoryRow) -> Result<DeploymentHistoryEntry, StoreError> {
    let damaged = || StoreError::corrupt("entry of the history of deployments");
    Ok(DeploymentHistoryEntry {
        position: u64::try_from(row.position).map_err(|_| damaged())?,
        deployment: DeploymentId::parse(&row.deployment_id).ok_or_else(damaged)?,
        act: row.act.parse().map_err(|_| damaged())?,
        at: from_millis(row.at, "at")?,
        audit: Audit { author: row.author, message: row.message, client: row.client },
    })
}
