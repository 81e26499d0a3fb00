use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    ActionCall, CallContext, Checkpoint, Connection, ConnectionId, ConnectionQuery, Credentials,
    EnvironmentName, EnvironmentVariable, FetchRequest, FetchResponse, Host, HostAnswer, HostCall, HostError,
    IntegrationId, IntegrationInclude, JsonObject, LogLevel, MetadataWrite, MetadataWritten, Mode,
    ProxyRequest, ProxyResponse, RunId, VersionedMetadata,
};
use onevent_proxy::Proxy;
use onevent_store::{Store, Visibility};
use serde_json::Value;

use crate::actions::{ActionRun, ActionRunner, Actions, action_key};
use crate::answers::{NangoEndpoint, needs_reconnect};
use crate::connections::Connections;
use crate::dry_connection::DryConnection;
use crate::environment::Variables;
use crate::memory::{CheckpointKey, DryMemory};
use crate::secrets::of_variables;
use crate::{Access, Integrations};

/// What a [`DryHost`] works on.
#[derive(Debug, Clone)]
pub struct DryHostOptions {
    /// The run's own connection.
    pub connection: DryConnection,
    /// The environment: where other connections are looked for.
    pub environment: EnvironmentName,
    /// Where other connections are read from; `None` where there is no store. Nothing is ever written to it.
    pub store: Option<Store>,
    /// What makes calls. They are real.
    pub proxy: Proxy,
    /// The configured integrations, the run's own among them.
    pub integrations: Arc<Integrations>,
    /// What the run may do while its connection is marked as an auth error.
    pub access: Access,
}

/// The host of a run that keeps nothing. Requests are real; metadata writes are seen by later reads of the same run,
/// and gone after it.
#[derive(Debug)]
pub struct DryHost {
    connections: Connections,
    proxy: Proxy,
    access: Access,
    /// Shared with the actions that are triggered for the same connection.
    own: Arc<Mutex<DryConnection>>,
    actions: Actions,
    variables: Variables,
    /// Shared with the actions that are triggered.
    memory: Arc<Mutex<DryMemory>>,
}

impl DryHost {
    /// A host for one run.
    #[must_use]
    pub fn new(options: DryHostOptions) -> Self {
        let DryHostOptions { connection, environment, store, proxy, integrations, access } = options;
        let connections = Connections { environment, integrations, store };
        let connection = match access {
            Access::LastAccepted => connection.with_last_accepted(),
            Access::Normal | Access::DespiteAuthError => connection,
        };
        let own = Arc::new(Mutex::new(connection));
        let (variables, memory) = (Arc::default(), Arc::default());
        Self { connections, proxy, access, own, actions: Actions::default(), variables, memory }
    }

    /// The same, with something that runs the actions which are triggered. They run dry as well.
    #[must_use]
    pub fn with_actions(mut self, runner: Arc<dyn ActionRunner>) -> Self {
        self.actions = Actions::new(runner);
        self
    }

    /// The same, with the variables of the environment.
    #[must_use]
    pub fn with_variables(mut self, variables: impl IntoIterator<Item = EnvironmentVariable>) -> Self {
        self.variables = variables.into_iter().collect();
        self
    }

    /// The connection that a call means, if it may be used.
    async fn meant(&self, endpoint: NangoEndpoint, query: ConnectionQuery) -> Result<Connection, HostError> {
        let own = self.own().clone();
        let integration = query.provider_config_key.as_ref().unwrap_or(&own.connection.provider_config_key);
        let connection = query.connection_id.as_ref().unwrap_or(&own.connection.connection_id);
        if *integration == own.connection.provider_config_key && *connection == own.connection.connection_id {
            self.connections.integration(endpoint, integration)?;
            return match (&own.auth_error, self.access) {
                (Some(error), Access::Normal | Access::LastAccepted) => {
                    Err(needs_reconnect(endpoint, connection, error))
                }
                (Some(_), Access::DespiteAuthError) | (None, _) => Ok(own.current()),
            };
        }
        let key = self.connections.key(integration.clone(), connection.clone());
        let stored = self.connections.stored(endpoint, &key, Visibility::Established, Access::Normal).await?;
        Ok(stored.connection)
    }

    /// A connection to run an action for: the run's own with what was written to it so far, or a stored one.
    async fn dry_connection(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<Arc<Mutex<DryConnection>>, HostError> {
        let is_own = {
            let own = &self.own().connection;
            own.provider_config_key == *integration && own.connection_id == *connection
        };
        if is_own {
            self.connections.integration(NangoEndpoint::Action, integration)?;
            return Ok(Arc::clone(&self.own));
        }
        let key = self.connections.key(integration.clone(), connection.clone());
        // Whether its credentials work is for the action to find out.
        let (visibility, access) = (Visibility::Established, Access::DespiteAuthError);
        let stored = self.connections.stored(NangoEndpoint::Action, &key, visibility, access).await?;
        Ok(Arc::new(Mutex::new(DryConnection::stored(stored))))
    }

    /// A dry run refreshes no token: a provider may replace the refresh token with it, and nobody would keep the new one.
    fn warn_of_expired(&self, call: &CallContext, credentials: &Credentials) {
        let ended = credentials.expires_at().ok().flatten().filter(|end| *end <= self.proxy.clock().now());
        if let Some(end) = ended.filter(|_| credentials.is_renewable()) {
            let message = format!(
                "the access token expired at {end}; a dry run does not refresh it, because it keeps nothing (--allow-writes does)"
            );
            call.effects.log(LogLevel::Warn, message, None);
        }
    }

    fn own(&self) -> MutexGuard<'_, DryConnection> {
        // A write is one assignment after everything that could fail: what a panic leaves behind is whole.
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn memory(&self) -> MutexGuard<'_, DryMemory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn own_integration(&self) -> IntegrationId {
        self.own().connection.provider_config_key.clone()
    }

    fn checkpoint_key(&self, call: &CallContext) -> CheckpointKey {
        let own = &self.own().connection;
        (own.provider_config_key.clone(), own.connection_id.clone(), call.function.clone())
    }
}

#[async_trait]
impl Host for DryHost {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Proxy(request) => self.proxy(context, *request).await.map(HostAnswer::Proxy),
            HostCall::Fetch(request) => self.fetch(context, request).await.map(HostAnswer::Fetch),
            HostCall::Connection(query) => self.connection(context, query).await.map(HostAnswer::Connection),
            HostCall::Metadata => self.metadata(context).await.map(HostAnswer::Metadata),
            HostCall::WriteMetadata(write) => {
                self.write_metadata(context, write).await.map(HostAnswer::WriteMetadata)
            }
            HostCall::Integration(include) => {
                self.integration(context, include).await.map(HostAnswer::Integration)
            }
            HostCall::Pagination(integration) => {
                self.pagination(context, integration).await.map(HostAnswer::Pagination)
            }
            HostCall::EnvironmentVariables => {
                self.environment_variables(context).await.map(HostAnswer::EnvironmentVariables)
            }
            HostCall::TriggerAction(action) => {
                self.trigger_action(context, action).await.map(HostAnswer::TriggerAction)
            }
            HostCall::AcquireLock { key, time_to_live } => {
                self.acquire_lock(context, key, time_to_live).await.map(HostAnswer::AcquireLock)
            }
            HostCall::ReleaseLock { key } => {
                self.release_lock(context, key).await.map(HostAnswer::ReleaseLock)
            }
            HostCall::ReleaseAllLocks => {
                self.release_all_locks(context).await.map(HostAnswer::ReleaseAllLocks)
            }
            HostCall::Checkpoint => self.checkpoint(context).await.map(HostAnswer::Checkpoint),
            HostCall::WriteCheckpoint { value, expected_version } => {
                self.write_checkpoint(context, value, expected_version).await.map(HostAnswer::WriteCheckpoint)
            }
        }
    }
}

impl DryHost {
    async fn proxy(&self, call: &CallContext, request: ProxyRequest) -> Result<ProxyResponse, HostError> {
        let query = ConnectionQuery {
            provider_config_key: request.provider_config_key.clone(),
            connection_id: request.connection_id.clone(),
            ..ConnectionQuery::default()
        };
        let connection = self.meant(NangoEndpoint::Proxy, query).await?;
        self.warn_of_expired(call, &connection.credentials);
        let target = self.connections.target(connection)?;
        self.proxy.send(call, &target, request).await
    }

    async fn connection(&self, call: &CallContext, query: ConnectionQuery) -> Result<Value, HostError> {
        let refresh_tokens = query.refresh_tokens;
        let connection = self.meant(NangoEndpoint::Connection, query).await?;
        self.warn_of_expired(call, &connection.credentials);
        self.connections.shown(call, &connection, refresh_tokens)
    }

    async fn metadata(&self, _call: &CallContext) -> Result<VersionedMetadata, HostError> {
        Ok(self.own().metadata.read())
    }

    async fn write_metadata(
        &self,
        call: &CallContext,
        write: MetadataWrite,
    ) -> Result<MetadataWritten, HostError> {
        Ok(self.own().metadata.write(&call.function, write))
    }

    async fn integration(
        &self,
        call: &CallContext,
        include: Vec<IntegrationInclude>,
    ) -> Result<JsonObject, HostError> {
        self.connections.described(call, &self.own_integration(), &include)
    }

    async fn pagination(
        &self,
        _call: &CallContext,
        integration: Option<IntegrationId>,
    ) -> Result<Option<JsonObject>, HostError> {
        self.connections.pagination(&integration.unwrap_or_else(|| self.own_integration()))
    }

    async fn environment_variables(&self, call: &CallContext) -> Result<Vec<EnvironmentVariable>, HostError> {
        call.effects.hide(of_variables(&self.variables));
        Ok(self.variables.to_vec())
    }

    async fn fetch(&self, call: &CallContext, request: FetchRequest) -> Result<FetchResponse, HostError> {
        let rules = self.connections.egress(&self.own_integration());
        self.proxy.fetch(call, request, &rules).await
    }

    async fn acquire_lock(&self, call: &CallContext, key: String, _: Duration) -> Result<bool, HostError> {
        self.memory().acquire(key, call.run_id)
    }

    async fn release_lock(&self, call: &CallContext, key: String) -> Result<bool, HostError> {
        Ok(self.memory().release(&key, call.run_id))
    }

    async fn release_all_locks(&self, call: &CallContext) -> Result<(), HostError> {
        self.memory().release_all(call.run_id);
        Ok(())
    }

    async fn checkpoint(&self, call: &CallContext) -> Result<Checkpoint, HostError> {
        let key = self.checkpoint_key(call);
        Ok(self.memory().checkpoint(&key))
    }

    async fn write_checkpoint(
        &self,
        call: &CallContext,
        value: Option<JsonObject>,
        expected_version: u64,
    ) -> Result<Option<u64>, HostError> {
        let key = self.checkpoint_key(call);
        self.memory().write_checkpoint(key, value, expected_version)
    }

    async fn trigger_action(&self, call: &CallContext, action: ActionCall) -> Result<Value, HostError> {
        let actions = self.actions.nested()?;
        let (integration, connection) = (&action.provider_config_key, &action.connection_id);
        let own = self.dry_connection(integration, connection).await?;
        let host = Self {
            connections: self.connections.clone(),
            proxy: self.proxy.clone(),
            access: Access::Normal,
            own,
            actions,
            variables: Arc::clone(&self.variables),
            memory: Arc::clone(&self.memory),
        };
        // What the action returns may carry them.
        call.effects.hide(self.connections.secrets(&host.own().connection));
        call.effects.hide(of_variables(&self.variables));
        let run = ActionRun {
            action: action_key(&action),
            connection: self.connections.facts(integration, connection)?,
            input: action.input,
            environment: self.connections.environment.clone(),
            mode: Mode::Dry,
            deadline: call.deadline,
            run_id: RunId::generate(),
            depth: self.actions.depth(),
            budget: call.effects.budget().clone(),
            host: Arc::new(host),
            caller: call.run_id,
            request_id: call.request_id.clone(),
        };
        self.actions.run(call, run).await
    }
}
