use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    ActionCall, ApiErrorCode, CallContext, Checkpoint, ConnectionQuery, EnvironmentVariable, FetchRequest,
    FetchResponse, Host, HostAnswer, HostCall, HostError, IntegrationId, IntegrationInclude, JsonObject,
    MetadataWrite, MetadataWritten, Mode, ProxyRequest, ProxyResponse, RunId, VersionedMetadata,
};
use onevent_proxy::Proxy;
use onevent_store::{ConnectionKey, Store, StoreError, Visibility, Writer};
use serde_json::Value;

use crate::actions::{ActionRun, ActionRunner, Actions, action_key};
use crate::answers::{NangoEndpoint, api, internal, lock_failure, unknown_connection};
use crate::connections::Connections;
use crate::environment::Variables;
use crate::refresh::{Ask, RefreshTiming, Rights, TokenRefresher};
use crate::secrets::of_variables;
use crate::stored_target::StoredTarget;
use crate::{Access, Integrations};

/// What a [`LiveHost`] works on.
#[derive(Debug, Clone)]
pub struct LiveHostOptions {
    /// Where connections are kept.
    pub store: Store,
    /// What makes calls.
    pub proxy: Proxy,
    /// What refreshes tokens, in the same store.
    pub refresher: TokenRefresher,
    /// When it does so, for the run's own connection.
    pub timing: RefreshTiming,
    /// The configured integrations, the run's own among them.
    pub integrations: Arc<Integrations>,
    /// The run's own connection. It is found also while its creation is running: only that creation's runs have it
    /// as their own.
    pub connection: ConnectionKey,
    /// What the run may do while that connection is marked as an auth error.
    pub access: Access,
}

/// The host of a run whose effects last.
#[derive(Debug, Clone)]
pub struct LiveHost {
    connections: Connections,
    store: Store,
    proxy: Proxy,
    own: ConnectionKey,
    access: Access,
    refresher: TokenRefresher,
    timing: RefreshTiming,
    actions: Actions,
    variables: Variables,
}

impl LiveHost {
    /// A host for one connection's runs.
    #[must_use]
    pub fn new(options: LiveHostOptions) -> Self {
        let LiveHostOptions { store, proxy, refresher, timing, integrations, connection, access } = options;
        let environment = connection.environment.clone();
        let connections = Connections { environment, integrations, store: Some(store.clone()) };
        Self {
            connections,
            store,
            proxy,
            own: connection,
            access,
            refresher,
            timing,
            actions: Actions::default(),
            variables: Arc::default(),
        }
    }

    /// The same, with something that runs the actions which are triggered.
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

    fn key(&self, query: ConnectionQuery) -> ConnectionKey {
        self.connections.key(
            query.provider_config_key.unwrap_or_else(|| self.own.integration.clone()),
            query.connection_id.unwrap_or_else(|| self.own.connection_id.clone()),
        )
    }

    /// What this run may see and use of a connection: more of its own than of others.
    fn rights(&self, key: &ConnectionKey) -> Rights {
        if *key == self.own {
            let (visibility, access) = (Visibility::IncludingPending, self.access);
            Rights { visibility, access, timing: self.timing }
        } else {
            Rights::of_others()
        }
    }
}

#[async_trait]
impl Host for LiveHost {
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

impl LiveHost {
    async fn proxy(&self, call: &CallContext, request: ProxyRequest) -> Result<ProxyResponse, HostError> {
        let key = self.key(ConnectionQuery {
            provider_config_key: request.provider_config_key.clone(),
            connection_id: request.connection_id.clone(),
            ..ConnectionQuery::default()
        });
        let run = (call.run_id, call.effects.clone());
        let (connections, refresher) = (self.connections.clone(), self.refresher.clone());
        let source = Arc::new(StoredTarget::of(connections, refresher, self.rights(&key), key, run));
        self.proxy.send_to(call, source, request).await
    }

    async fn connection(&self, call: &CallContext, query: ConnectionQuery) -> Result<Value, HostError> {
        let (demand, refresh_tokens) = (self.refresher.demand(query.refresh), query.refresh_tokens);
        let (endpoint, key) = (NangoEndpoint::Connection, self.key(query));
        let run = Some((call.run_id, call.effects.clone()));
        let ask = Ask { endpoint, rights: self.rights(&key), key, demand, run };
        let stored = self.refresher.fresh(&self.connections, &ask).await?;
        self.connections.shown(call, &stored.connection, refresh_tokens)
    }

    async fn metadata(&self, _call: &CallContext) -> Result<VersionedMetadata, HostError> {
        let found = self.store.metadata(&self.own, Visibility::IncludingPending).await;
        let missing =
            || unknown_connection(NangoEndpoint::Connection, &self.own.integration, &self.own.connection_id);
        found.map_err(|error| internal(&error))?.ok_or_else(missing)
    }

    async fn write_metadata(
        &self,
        call: &CallContext,
        write: MetadataWrite,
    ) -> Result<MetadataWritten, HostError> {
        let writer = Writer::Function(call.function.clone());
        let written =
            self.store.write_metadata(&self.own, Visibility::IncludingPending, &write, &writer).await;
        written.map_err(|error| match error {
            StoreError::UnknownConnection { key } => {
                let message = format!("there is no connection {key}");
                api(404, ApiErrorCode::UnknownConnection, message)
            }
            other => internal(&other),
        })
    }

    async fn integration(
        &self,
        call: &CallContext,
        include: Vec<IntegrationInclude>,
    ) -> Result<JsonObject, HostError> {
        self.connections.described(call, &self.own.integration, &include)
    }

    async fn pagination(
        &self,
        _call: &CallContext,
        integration: Option<IntegrationId>,
    ) -> Result<Option<JsonObject>, HostError> {
        self.connections.pagination(integration.as_ref().unwrap_or(&self.own.integration))
    }

    async fn environment_variables(&self, call: &CallContext) -> Result<Vec<EnvironmentVariable>, HostError> {
        call.effects.hide(of_variables(&self.variables));
        Ok(self.variables.to_vec())
    }

    async fn fetch(&self, call: &CallContext, request: FetchRequest) -> Result<FetchResponse, HostError> {
        let rules = self.connections.egress(&self.own.integration);
        self.proxy.fetch(call, request, &rules).await
    }

    async fn acquire_lock(
        &self,
        call: &CallContext,
        key: String,
        time_to_live: Duration,
    ) -> Result<bool, HostError> {
        let taken = self.store.acquire_lock(&self.own.environment, &key, call.run_id, time_to_live).await;
        taken.map_err(|error| lock_failure(&error))
    }

    async fn release_lock(&self, call: &CallContext, key: String) -> Result<bool, HostError> {
        let released = self.store.release_lock(&self.own.environment, &key, call.run_id).await;
        released.map_err(|error| lock_failure(&error))
    }

    async fn release_all_locks(&self, call: &CallContext) -> Result<(), HostError> {
        self.store.release_locks_of(call.run_id).await.map_err(|error| lock_failure(&error))
    }

    async fn checkpoint(&self, call: &CallContext) -> Result<Checkpoint, HostError> {
        self.store.checkpoint(&self.own, &call.function).await.map_err(|error| internal(&error))
    }

    async fn write_checkpoint(
        &self,
        call: &CallContext,
        value: Option<JsonObject>,
        expected_version: u64,
    ) -> Result<Option<u64>, HostError> {
        let written =
            self.store.write_checkpoint(&self.own, &call.function, value.as_ref(), expected_version).await;
        written.map_err(|error| match error {
            StoreError::UnknownConnection { key } => {
                api(404, ApiErrorCode::UnknownConnection, format!("there is no connection {key}"))
            }
            other => internal(&other),
        })
    }

    async fn trigger_action(&self, call: &CallContext, action: ActionCall) -> Result<Value, HostError> {
        let actions = self.actions.nested()?;
        let (integration, connection) = (&action.provider_config_key, &action.connection_id);
        let key = self.connections.key(integration.clone(), connection.clone());
        let visibility = if key == self.own { Visibility::IncludingPending } else { Visibility::Established };
        // An action for the run's own connection may do what the run may.
        let access = if key == self.own { self.access } else { Access::Normal };
        let timing = if key == self.own { self.timing } else { RefreshTiming::BeforeExpiry };
        // Whether its credentials work is for the action to find out.
        let found_with = match access {
            Access::Normal | Access::DespiteAuthError => Access::DespiteAuthError,
            Access::LastAccepted => Access::LastAccepted,
        };
        let found = self.connections.stored(NangoEndpoint::Action, &key, visibility, found_with).await?;
        // What the action returns may carry them.
        call.effects.hide(self.connections.secrets(&found.connection));
        call.effects.hide(of_variables(&self.variables));
        let run = ActionRun {
            action: action_key(&action),
            connection: self.connections.facts(&key.integration, &key.connection_id)?,
            input: action.input,
            environment: key.environment.clone(),
            mode: Mode::Live,
            deadline: call.deadline,
            run_id: RunId::generate(),
            depth: self.actions.depth(),
            budget: call.effects.budget().clone(),
            host: Arc::new(Self { own: key, access, timing, actions, ..self.clone() }),
            caller: call.run_id,
            request_id: call.request_id.clone(),
        };
        self.actions.run(call, run).await
    }
}
