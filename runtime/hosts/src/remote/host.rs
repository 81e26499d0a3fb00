//! The host of a run against a Nango API.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    CallContext, Checkpoint, ConnectionId, ConnectionQuery, EnvironmentName, EnvironmentVariable,
    FetchRequest, FetchResponse, FieldTemplates, Host, HostAnswer, HostCall, HostError, IntegrationId,
    IntegrationInclude, JsonObject, ProxyRequest, ProxyResponse, RefreshTokens, TokenRefresh,
};
use onevent_proxy::{Integration, Providers, Proxy, Seal, Target, provider_url};
use serde_json::{Value, json};
use url::Url;

use super::call::RemoteCall;
use super::client::NangoApi;
use super::connection::{Own, RemoteConnection};
use crate::Integrations;
use crate::actions::{ActionRunner, Actions};
use crate::memory::{CheckpointKey, DryMemory};
use crate::sealed::{check_include, keep_credentials};
use crate::secrets::{of_answer, of_variables};

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
    /// The integrations whose credentials are sealed, also those that only Nango knows.
    pub sealed: BTreeSet<IntegrationId>,
}

/// The host of a dry run against a Nango API. Calls of the provider are made by Nango, with its connection's
/// credentials, and are real. Metadata is the connection's own; what is written to it is kept to the run, unless the
/// options say otherwise. Locks and checkpoints live as long as the run.
#[derive(Clone)]
pub struct RemoteHost {
    pub(super) api: NangoApi,
    pub(super) own: Arc<Own>,
    pub(super) writes: RemoteWrites,
    pub(super) environment: EnvironmentName,
    pub(super) proxy: Proxy,
    pub(super) integrations: Arc<Integrations>,
    pub(super) providers: Arc<Providers>,
    pub(super) sealed: Arc<BTreeSet<IntegrationId>>,
    pub(super) actions: Actions,
    /// Shared with the actions that are triggered.
    pub(super) memory: Arc<Mutex<DryMemory>>,
}

impl RemoteHost {
    /// A host for one run.
    #[must_use]
    pub fn new(options: RemoteHostOptions) -> Self {
        let RemoteHostOptions {
            api,
            connection,
            writes,
            environment,
            proxy,
            integrations,
            providers,
            sealed,
        } = options;
        let sealed = Arc::new(sealed);
        let own = Arc::new(Own::new(connection, &providers));
        let (actions, memory) = (Actions::default(), Arc::default());
        Self { api, own, writes, environment, proxy, integrations, providers, sealed, actions, memory }
    }

    /// The same, with something that runs the project's own actions when they are triggered. They run dry as well.
    #[must_use]
    pub fn with_actions(mut self, runner: Arc<dyn ActionRunner>) -> Self {
        self.actions = Actions::new(runner);
        self
    }

    /// The integration and connection that a call means.
    pub(super) fn meant<'a>(
        &'a self,
        integration: Option<&'a IntegrationId>,
        connection: Option<&'a ConnectionId>,
    ) -> (&'a IntegrationId, &'a ConnectionId) {
        let facts = &self.own.facts;
        (integration.unwrap_or(&facts.integration), connection.unwrap_or(&facts.connection_id))
    }

    /// What must not show up in the report: the key, and the connection's credentials, which answers may repeat.
    pub(super) fn hide(&self, call: &CallContext) {
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

    /// Refuses a call that Nango would send with sealed credentials to wherever the function says: Nango adds them
    /// whatever the host is, and follows redirects itself.
    fn check_seal(&self, request: &ProxyRequest) -> Result<(), HostError> {
        let (key, _) = self.meant(request.provider_config_key.as_ref(), request.connection_id.as_ref());
        let sealed = self.sealed.contains(key);
        let elsewhere = request.base_url_override.as_ref().is_some_and(|base| !base.is_empty());
        let forwarded = request.forward_headers_on_redirect == Some(true);
        match (sealed, elsewhere || forwarded) {
            (true, true) => {
                let what = "Nango would add the credentials to a call with `baseUrlOverride` or \
                            `forwardHeadersOnRedirect`, wherever it leads";
                Err(Seal::refusal(key, what))
            }
            (true, false) | (false, _) => Ok(()),
        }
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

impl RemoteHost {
    async fn proxy(&self, call: &CallContext, request: ProxyRequest) -> Result<ProxyResponse, HostError> {
        self.hide(call);
        self.check_seal(&request)?;
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

    /// Tokens are Nango's to refresh; what a function wants of that is handed on.
    async fn connection(&self, call: &CallContext, query: ConnectionQuery) -> Result<Value, HostError> {
        self.hide(call);
        let (integration, connection) =
            self.meant(query.provider_config_key.as_ref(), query.connection_id.as_ref());
        let mut json = self.api.connection_json(integration, connection, &flags(&query)).await?;
        // From here on the function holds these, so its logs and errors may carry them.
        let provider = json.get("provider").and_then(Value::as_str);
        let provider = provider.and_then(|provider| self.providers.get(provider));
        let fields = provider.as_ref().map_or_else(FieldTemplates::unknown, |own| own.field_templates());
        call.effects.hide(of_answer(&json, fields));
        if self.own.is(integration, connection) {
            json.insert("metadata".into(), json!(self.own.metadata().read().value));
        }
        if self.sealed.contains(integration) {
            let named = json.get("provider").and_then(Value::as_str);
            let template = named.and_then(|name| self.providers.get(name));
            keep_credentials(integration, template.as_deref(), &mut json);
        }
        Ok(Value::Object(json))
    }

    async fn integration(
        &self,
        call: &CallContext,
        include: Vec<IntegrationInclude>,
    ) -> Result<JsonObject, HostError> {
        self.hide(call);
        let integration = &self.own.facts.integration;
        if self.sealed.contains(integration) {
            check_include(integration, &include)?;
        }
        let data = self.api.integration(&self.own.facts.integration, &include).await?;
        call.effects.hide(of_answer(&data, FieldTemplates::unknown()));
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
        let variables = self.api.environment_variables().await?;
        call.effects.hide(of_variables(&variables));
        Ok(variables)
    }

    async fn fetch(&self, call: &CallContext, request: FetchRequest) -> Result<FetchResponse, HostError> {
        self.hide(call);
        let own = self.integrations.get(&self.own.facts.integration);
        let rules = own.map(|integration| integration.egress.clone()).unwrap_or_default();
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
}

impl std::fmt::Debug for RemoteHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteHost")
            .field("api", &self.api)
            .field("facts", &self.own.facts)
            .finish_non_exhaustive()
    }
}

/// What a query asks for, as Nango's route names it.
fn flags(query: &ConnectionQuery) -> Vec<&'static str> {
    let refresh = (query.refresh == TokenRefresh::Now).then_some("force_refresh");
    let refresh_tokens = (query.refresh_tokens == RefreshTokens::Included).then_some("refresh_token");
    refresh.into_iter().chain(refresh_tokens).collect()
}
