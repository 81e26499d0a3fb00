//! What stands behind `nango` in the runs of a service.

use std::sync::Arc;

use onevent_contract::{ConnectionFacts, EnvironmentName, Function, Host, Invocation, SystemClock};
use onevent_engine::{Project, ProjectSource};
use onevent_hosts::{
    ActionRunner, ApiKind, CallsAre, DryConnection, DryHost, DryHostOptions, Integrations as Configured,
    LiveHost, LiveHostOptions, NangoApi, NangoApiOptions, RemoteConnection, RemoteHost, RemoteHostOptions,
    RemoteWrites, StoredTarget,
};
use onevent_lifecycle::{ActionRecords, Hosts, ProjectActions, access, refresh_timing};
use onevent_proxy::Integration;
use onevent_store::{ConnectionKey, DeploymentId, Store};
use url::Url;

use super::actions::ActionsOnDemand;
use super::error::ServiceError;
use super::held_functions::RunningFunctions;
use super::parts::Service;
use crate::config::NangoKey;

/// Where the connection of a dry run is, and what becomes of what the run writes.
#[derive(Debug)]
pub enum DryRunHost {
    /// Given by the caller, or stored here and read by the run; nothing is kept.
    Dry {
        /// The connection.
        connection: DryConnection,
        /// Where the run finds other connections.
        store: Option<Store>,
    },
    /// Stored here; metadata, locks and checkpoints last.
    Persisting {
        /// The connection, as it was read.
        connection: DryConnection,
        /// Where it is stored.
        store: Store,
    },
    /// In Nango.
    Remote {
        /// Nango's API.
        api: NangoApi,
        /// The connection, as it was read.
        connection: RemoteConnection,
        /// What becomes of what the run writes.
        writes: RemoteWrites,
    },
}

/// A host, and what its run knows about the connection.
pub struct HostedRun {
    /// What stands behind `nango`.
    pub host: Arc<dyn Host>,
    /// What the function reads about its connection.
    pub connection: ConnectionFacts,
}

impl std::fmt::Debug for HostedRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostedRun").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl Service {
    /// Nango's API, where the environment has a key for it. Nothing is asked yet.
    ///
    /// # Errors
    /// A key that cannot be one.
    pub fn nango_api(&self) -> Result<Option<NangoApi>, ServiceError> {
        let base_url = self.settings().nango.hostport.value.url().clone();
        self.api_for_dry_runs(self.config.nango_key(), base_url, ApiKind::Nango)
    }

    /// The running server that the settings name, as what it answers as: a Nango API. `None` where they name none, or no key
    /// for it. Nothing is asked yet.
    ///
    /// # Errors
    /// A key that cannot be one.
    pub fn server_api(&self) -> Result<Option<NangoApi>, ServiceError> {
        let Some(url) = &self.settings().server_url else { return Ok(None) };
        self.api_for_dry_runs(self.config.server_key(), url.value.url().clone(), ApiKind::Server)
    }

    fn api_for_dry_runs(
        &self,
        key: Option<NangoKey>,
        base_url: Url,
        kind: ApiKind,
    ) -> Result<Option<NangoApi>, ServiceError> {
        let Some(NangoKey { secret: secret_key, name: key_name }) = key else { return Ok(None) };
        let options = NangoApiOptions { base_url, secret_key, key_name, calls: CallsAre::Dry, kind };
        Ok(Some(NangoApi::new(&self.proxy()?, options)?))
    }

    /// A stored connection as the target of calls that no function makes. Whether there is one, and whether it may be
    /// used, is found out with each call.
    ///
    /// # Errors
    /// When the database or the templates cannot be read.
    pub async fn target_of(&self, key: ConnectionKey) -> Result<StoredTarget, ServiceError> {
        let store = self.store_of(&key.environment).await?.clone();
        let own = match self.integration_in(&key.environment, &key.integration).await {
            Ok(found) => Some(found.integration),
            Err(ServiceError::Config(_)) => self.integration_of(&key).await.ok(),
            Err(error) => return Err(error),
        };
        let integrations = own.map(|own| (own.key.clone(), own)).into_iter().collect();
        Ok(StoredTarget::new(self.token_refresher(&store)?, Arc::new(integrations), key))
    }

    /// The host of a dry run of `function`, which is one of `project`.
    ///
    /// # Errors
    /// When nothing leads to the provider's template.
    pub fn dry_run_host(
        &self,
        project: &Arc<Project>,
        function: &Function,
        on: DryRunHost,
    ) -> Result<HostedRun, ServiceError> {
        let actions = self.actions(project, None, None)?;
        match on {
            DryRunHost::Dry { connection, store } => {
                let (own, facts) = self.own(function, &connection)?;
                let host = DryHost::new(DryHostOptions {
                    connection,
                    environment: self.environment().clone(),
                    store,
                    proxy: self.proxy()?,
                    integrations: self.configured(own)?,
                    access: access(function.event()),
                });
                let host = host.with_actions(actions).with_variables(self.environment_variables());
                Ok(HostedRun { host: Arc::new(host), connection: facts })
            }
            DryRunHost::Persisting { connection, store } => {
                let (own, facts) = self.own(function, &connection)?;
                let host = LiveHost::new(LiveHostOptions {
                    refresher: self.token_refresher(&store)?,
                    timing: refresh_timing(function.event()),
                    store,
                    proxy: self.proxy()?,
                    integrations: self.configured(own)?,
                    connection: self.key_of(&facts),
                    access: access(function.event()),
                });
                let host = host.with_actions(actions).with_variables(self.environment_variables());
                Ok(HostedRun { host: Arc::new(host), connection: facts })
            }
            DryRunHost::Remote { api, connection, writes } => {
                let facts = connection.facts().clone();
                let integrations = self.integrations()?;
                let host = RemoteHost::new(RemoteHostOptions {
                    api,
                    connection,
                    writes,
                    environment: self.environment().clone(),
                    proxy: self.proxy()?,
                    integrations: self.current.load().of_files()?,
                    providers: self.current.load().providers()?,
                    sealed: integrations.sealed(),
                });
                Ok(HostedRun { host: Arc::new(host.with_actions(actions)), connection: facts })
            }
        }
    }

    /// Makes the live host of each run of an operation on connections of `own`.
    pub(super) async fn live_hosts(
        &self,
        store: &Store,
        running: &RunningFunctions,
        environment: &EnvironmentName,
        own: Arc<Integration>,
    ) -> Result<Hosts, ServiceError> {
        let records = self.databases.home(environment).records(store);
        let store = store.clone();
        let proxy = self.proxy()?;
        let integrations = self.integrations_for(environment, own).await?;
        let actions = self.actions(&running.project, running.deployment, Some(records.clone()))?;
        let variables = self.current.load().variables();
        let refresher = self.token_refresher(&store)?;
        Ok(Arc::new(move |invocation: &Invocation| {
            let facts = &invocation.connection;
            let host = LiveHost::new(LiveHostOptions {
                store: store.clone(),
                proxy: proxy.clone(),
                refresher: refresher.clone(),
                timing: refresh_timing(invocation.function.event()),
                integrations: Arc::clone(&integrations),
                connection: ConnectionKey::new(
                    invocation.environment.clone(),
                    facts.integration.clone(),
                    facts.connection_id.clone(),
                ),
                access: access(invocation.function.event()),
            });
            Arc::new(host.with_actions(Arc::clone(&actions)).with_variables(variables.iter().cloned()))
        }))
    }

    /// What runs the actions that a function triggers, and where their runs are kept.
    pub(super) fn actions(
        &self,
        project: &Arc<Project>,
        deployment: Option<DeploymentId>,
        records: Option<ActionRecords>,
    ) -> Result<Arc<dyn ActionRunner>, ServiceError> {
        let actions = ProjectActions {
            runner: Arc::new(self.engine()?.clone()),
            project: Arc::clone(project),
            limits: self.limits(),
            clock: Arc::new(SystemClock),
            deployment: deployment.map(|id| id.to_string()),
            records,
        };
        let source = ProjectSource::directory(self.folder());
        Ok(Arc::new(ActionsOnDemand::new(actions, self.engine()?.clone(), source)))
    }

    /// Every integration of an environment; `own` as it is given.
    async fn integrations_for(
        &self,
        environment: &EnvironmentName,
        own: Arc<Integration>,
    ) -> Result<Arc<Configured>, ServiceError> {
        let mut all = Arc::clone(&self.environment_integrations(environment).await?.configured);
        if !all.get(&own.key).is_some_and(|same| Arc::ptr_eq(same, &own)) {
            Arc::make_mut(&mut all).insert(own.key.clone(), own);
        }
        Ok(all)
    }

    /// Every configured integration; `own` as it is given.
    fn configured(&self, own: Arc<Integration>) -> Result<Arc<Configured>, ServiceError> {
        let mut configured = self.current.load().of_files()?;
        Arc::make_mut(&mut configured).insert(own.key.clone(), own);
        Ok(configured)
    }

    fn own(
        &self,
        function: &Function,
        connection: &DryConnection,
    ) -> Result<(Arc<Integration>, ConnectionFacts), ServiceError> {
        let connection = connection.connection();
        let integration = function.key.integration.clone();
        let own = self.integrations()?.get_or(&integration, Some(&connection.provider))?;
        let facts = ConnectionFacts {
            connection_id: connection.connection_id.clone(),
            integration,
            provider: own.provider.name.clone(),
        };
        Ok((own, facts))
    }

    fn key_of(&self, facts: &ConnectionFacts) -> ConnectionKey {
        let (integration, id) = (facts.integration.clone(), facts.connection_id.clone());
        ConnectionKey::new(self.environment().clone(), integration, id)
    }
}
