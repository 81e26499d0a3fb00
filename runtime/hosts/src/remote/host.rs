//! The host of a run against a Nango API.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    ActionCall, CallContext, Checkpoint, ConnectionId, ConnectionQuery, EnvironmentName, EnvironmentVariable,
    FetchRequest, FetchResponse, Host, HostError, IntegrationId, IntegrationInclude, JsonObject,
    MetadataWrite, MetadataWriteKind, MetadataWritten, Mode, ProxyRequest, ProxyResponse, VersionedMetadata,
};
use onevent_proxy::limits::ATTEMPT_TIMEOUT;
use onevent_proxy::{Integration, Providers, Proxy, Target, provider_url};
use serde_json::{Value, json};
use url::Url;

use super::call::RemoteCall;
use super::client::NangoApi;
use super::connection::{Own, RemoteConnection};
use crate::Integrations;
use crate::actions::{ActionRun, ActionRunner, Actions, action_key};
use crate::memory::{CheckpointKey, DryMemory};
use crate::secrets::credential_texts;

/// What becomes of what a run writes into Nango.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemoteWrites {
    /// Metadata writes are seen by later reads of the same run, and gone after it.
    #[default]
    Dry,
    /// They are made in Nango as well, and so are triggers of actions that only Nango has.
    Persisted,
}

/// What a [`RemoteHost`] works on.
#[derive(Debug, Clone)]
pub struct RemoteHostOptions {
    /// Nango.
    pub api: NangoApi,
    /// The run's own connection.
    pub connection: RemoteConnection,
    /// What becomes of what the run writes.
    pub writes: RemoteWrites,
    /// The name of the environment, for triggered actions.
    pub environment: EnvironmentName,
    /// What makes requests without credentials: they leave from here.
    pub proxy: Proxy,
    /// The configured integrations: where their functions may go beside public addresses.
    pub integrations: Arc<Integrations>,
    /// Templates of providers, for the defaults of `nango.paginate`.
    pub providers: Arc<Providers>,
}

/// The host of a dry run against a Nango API. Calls of the provider are made by Nango, with its connection's
/// credentials, and are real. Metadata is the connection's own; what is written to it is kept to the run, unless the
/// options say otherwise. Locks and checkpoints live as long as the run.
#[derive(Clone)]
pub struct RemoteHost {
    api: NangoApi,
    own: Arc<Own>,
    writes: RemoteWrites,
    environment: EnvironmentName,
    proxy: Proxy,
    integrations: Arc<Integrations>,
    providers: Arc<Providers>,
    actions: Actions,
    /// Shared with the actions that are triggered.
    memory: Arc<Mutex<DryMemory>>,
}

impl RemoteHost {
    /// A host for one run.
    #[must_use]
    pub fn new(options: RemoteHostOptions) -> Self {
        let RemoteHostOptions { api, connection, writes, environment, proxy, integrations, providers } =
            options;
        let own = Arc::new(Own::new(connection));
        let (actions, memory) = (Actions::default(), Arc::default());
        Self { api, own, writes, environment, proxy, integrations, providers, actions, memory }
    }

    /// The same, with something that runs the project's own actions when they are triggered. They run dry as well.
    #[must_use]
    pub fn with_actions(mut self, runner: Arc<dyn ActionRunner>) -> Self {
        self.actions = Actions::new(runner);
        self
    }

    /// The integration and connection that a call means.
    fn meant<'a>(
        &'a self,
        integration: Option<&'a IntegrationId>,
        connection: Option<&'a ConnectionId>,
    ) -> (&'a IntegrationId, &'a ConnectionId) {
        let facts = &self.own.facts;
        (integration.unwrap_or(&facts.integration), connection.unwrap_or(&facts.connection_id))
    }

    /// What must not show up in the report: the key, and the connection's credentials, which answers may repeat.
    fn hide(&self, call: &CallContext) {
        call.effects.hide(self.own.secrets.iter().cloned().chain([self.api.secret()]));
    }

    /// Where the provider is, for a call of the run's own connection whose provider's template is known here.
    fn provider_url(&self, request: &ProxyRequest) -> Option<Url> {
        let (integration, connection) =
            self.meant(request.provider_config_key.as_ref(), request.connection_id.as_ref());
        if !self.own.is(integration, connection) {
            return None;
        }
        let provider = self.providers.get(&self.own.facts.provider)?;
        let target = Target {
            integration: Arc::new(Integration::new(integration.clone(), provider)),
            connection_id: connection.clone(),
            connection_config: self.own.connection_config.clone(),
            credentials: onevent_contract::Credentials::none(),
        };
        provider_url(&target, request, self.api.clock().now())
    }

    /// A connection to run an action for: the run's own with what was written to it so far, or another one.
    async fn connection_for(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<Arc<Own>, HostError> {
        if self.own.is(integration, connection) {
            return Ok(Arc::clone(&self.own));
        }
        Ok(Arc::new(Own::new(self.api.connection(integration, connection).await?)))
    }

    /// Makes a write in Nango: of the whole object, or of the keys that it changes.
    async fn persist(
        &self,
        kind: MetadataWriteKind,
        before: Option<&JsonObject>,
        after: &JsonObject,
    ) -> Result<(), HostError> {
        let changed =
            |(key, value): &(&String, &Value)| before.and_then(|before| before.get(*key)) != Some(*value);
        let metadata: JsonObject = match kind {
            MetadataWriteKind::Set => after.clone(),
            MetadataWriteKind::Update => {
                after.iter().filter(changed).map(|(key, value)| (key.clone(), value.clone())).collect()
            }
        };
        let (integration, connection) = self.meant(None, None);
        Ok(self.api.write_metadata(integration, connection, kind, &metadata).await?)
    }

    fn memory(&self) -> MutexGuard<'_, DryMemory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn checkpoint_key(&self, call: &CallContext) -> CheckpointKey {
        let facts = &self.own.facts;
        (facts.integration.clone(), facts.connection_id.clone(), call.function.clone())
    }
}

#[async_trait]
impl Host for RemoteHost {
    async fn proxy(&self, call: &CallContext, request: ProxyRequest) -> Result<ProxyResponse, HostError> {
        self.hide(call);
        let provider_url = self.provider_url(&request);
        let (integration, connection) = (request.provider_config_key.clone(), request.connection_id.clone());
        let (integration, connection) = self.meant(integration.as_ref(), connection.as_ref());
        let call = RemoteCall {
            api: &self.api,
            context: call,
            integration,
            connection,
            secrets: &self.own.secrets,
            provider_url,
        };
        call.send(request).await
    }

    async fn connection_json(&self, call: &CallContext, query: ConnectionQuery) -> Result<Value, HostError> {
        self.hide(call);
        let (integration, connection) =
            self.meant(query.provider_config_key.as_ref(), query.connection_id.as_ref());
        let mut json = self.api.connection_json(integration, connection).await?;
        // From here on the function holds these, so its logs and errors may carry them.
        call.effects.hide(json.get("credentials").map(credential_texts).unwrap_or_default());
        if self.own.is(integration, connection) {
            json.insert("metadata".into(), json!(self.own.metadata().read().value));
        }
        Ok(Value::Object(json))
    }

    async fn metadata(&self, call: &CallContext) -> Result<VersionedMetadata, HostError> {
        self.hide(call);
        Ok(self.own.metadata().read())
    }

    async fn write_metadata(
        &self,
        call: &CallContext,
        write: MetadataWrite,
    ) -> Result<MetadataWritten, HostError> {
        self.hide(call);
        let (kind, after) = (write.kind, write.value.clone());
        let (before, written) = {
            let mut metadata = self.own.metadata();
            let before = metadata.clone();
            (before, metadata.write(&call.function, write))
        };
        match (self.writes, written) {
            (RemoteWrites::Persisted, MetadataWritten::Written { version, dropped, .. }) => {
                // Kept here first: a second write meanwhile merges with this one, not with what was before it.
                if let Err(error) = self.persist(kind, before.read().value.as_ref(), &after).await {
                    let mut metadata = self.own.metadata();
                    if metadata.read().version == version {
                        *metadata = before;
                    }
                    return Err(error);
                }
                Ok(MetadataWritten::Written { version, dropped, persisted: true })
            }
            (_, written) => Ok(written),
        }
    }

    async fn integration(
        &self,
        call: &CallContext,
        include: Vec<IntegrationInclude>,
    ) -> Result<JsonObject, HostError> {
        self.hide(call);
        let data = self.api.integration(&self.own.facts.integration, &include).await?;
        call.effects.hide(data.get("credentials").map(credential_texts).unwrap_or_default());
        Ok(data)
    }

    async fn pagination(
        &self,
        _call: &CallContext,
        integration: Option<IntegrationId>,
    ) -> Result<Option<JsonObject>, HostError> {
        let facts = &self.own.facts;
        let provider = match integration.filter(|integration| *integration != facts.integration) {
            None => Some(facts.provider.clone()),
            Some(other) => {
                let data = self.api.integration(&other, &[]).await?;
                data.get("provider").and_then(Value::as_str).map(str::to_owned)
            }
        };
        // Nango does not tell its templates; where there is none here, the call has to name its options.
        let template = provider.and_then(|provider| self.providers.get(&provider));
        Ok(template.and_then(|template| template.proxy.paginate.clone()))
    }

    async fn environment_variables(&self, call: &CallContext) -> Result<Vec<EnvironmentVariable>, HostError> {
        self.hide(call);
        Ok(self.api.environment_variables().await?)
    }

    async fn trigger_action(&self, call: &CallContext, action: ActionCall) -> Result<Value, HostError> {
        self.hide(call);
        let actions = self.actions.nested()?;
        let own = self.connection_for(&action.provider_config_key, &action.connection_id).await?;
        // What the action returns may carry them.
        call.effects.hide(own.secrets.iter().cloned());
        let run = ActionRun {
            action: action_key(&action),
            connection: own.facts.clone(),
            input: action.input.clone(),
            environment: self.environment.clone(),
            mode: Mode::Dry,
            deadline: call.deadline,
            depth: self.actions.depth(),
            host: Arc::new(Self { own, actions, ..self.clone() }),
        };
        let missing = match self.actions.run_if_known(call, run).await? {
            Ok(output) => return Ok(output),
            Err(missing) => missing,
        };
        match self.writes {
            RemoteWrites::Persisted => {
                let left = call.deadline.saturating_duration_since(self.api.clock().monotonic());
                self.api.trigger_action(&action, left.saturating_add(ATTEMPT_TIMEOUT)).await
            }
            RemoteWrites::Dry => {
                let message = format!(
                    "{missing}: a dry run does not trigger Nango's deployed actions unless it is run with --allow-writes"
                );
                Err(HostError::Configuration { code: "action_not_local".into(), message })
            }
        }
    }

    async fn fetch(&self, call: &CallContext, request: FetchRequest) -> Result<FetchResponse, HostError> {
        self.hide(call);
        let own = self.integrations.get(&self.own.facts.integration);
        let allow = own.map(|integration| integration.egress_allow.clone()).unwrap_or_default();
        self.proxy.fetch(call, request, &allow).await
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
}

impl std::fmt::Debug for RemoteHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteHost")
            .field("api", &self.api)
            .field("facts", &self.own.facts)
            .finish_non_exhaustive()
    }
}
