//! A seal around a host that has none: a fixture holds answers, and whatever it was recorded with, a replayed run gets no
//! more than a live one.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{
    CallContext, Clock, ConnectionFacts, ConnectionQuery, Credentials, Host, HostAnswer, HostCall, HostCalls,
    HostError, IntegrationId, JsonObject, ProxyRequest,
};
use onevent_proxy::{Integration, Target, check_seal};
use onevent_redaction::REDACTED;
use serde_json::{Value, json};

use crate::sealed::{check_include, keep_credentials};

/// What a [`SealedHost`] is told.
pub struct SealedHostOptions {
    /// What answers.
    pub inner: Arc<dyn Host>,
    /// The run's own connection.
    pub connection: ConnectionFacts,
    /// The run's own integration; `None` where it has no template.
    pub integration: Option<Arc<Integration>>,
    /// The integrations whose credentials are sealed.
    pub sealed: BTreeSet<IntegrationId>,
    /// Tells the time that templates may ask for.
    pub clock: Arc<dyn Clock>,
}

/// Refuses what a live run refuses of an integration whose credentials are sealed. Everything else is the wrapped
/// host's.
pub struct SealedHost {
    options: SealedHostOptions,
}

impl SealedHost {
    /// The seal around a host.
    #[must_use]
    pub fn new(options: SealedHostOptions) -> Self {
        Self { options }
    }

    fn seals(&self, integration: Option<&IntegrationId>) -> Option<IntegrationId> {
        let meant = integration.unwrap_or(&self.options.connection.integration);
        self.options.sealed.get(meant).cloned()
    }

    /// The template of an integration, if it is known here.
    fn own(&self, key: &IntegrationId) -> Option<&Arc<Integration>> {
        self.options.integration.as_ref().filter(|own| own.key == *key)
    }

    async fn connection(&self, call: &CallContext, query: ConnectionQuery) -> Result<Value, HostError> {
        let sealed = self.seals(query.provider_config_key.as_ref());
        let mut connection = self.options.inner.connection(call, query).await?;
        if let (Some(key), Value::Object(connection)) = (&sealed, &mut connection) {
            keep_credentials(key, self.own(key).map(|own| &*own.provider), connection);
        }
        Ok(connection)
    }

    async fn check_request(&self, call: &CallContext, request: &ProxyRequest) -> Result<(), HostError> {
        let Some(key) = self.seals(request.provider_config_key.as_ref()) else { return Ok(()) };
        let Some(own) = self.own(&key) else { return Ok(()) };
        let checked = |connection: Option<&JsonObject>| match self.target(own, connection) {
            Some(target) => check_seal(&target, request, self.options.clock.now()),
            None => Ok(()),
        };
        let Err(refused) = checked(None) else { return Ok(()) };
        // Where its own hosts are may be in the connection; it is asked for only where that decides.
        match self.options.inner.connection(call, ConnectionQuery::default()).await {
            Ok(Value::Object(connection)) => checked(Some(&connection)),
            Ok(_) | Err(_) => Err(refused),
        }
    }

    /// The connection, with marks for credentials where it has none that can be read.
    fn target(&self, own: &Arc<Integration>, connection: Option<&JsonObject>) -> Option<Target> {
        let field = |name: &str| connection?.get(name).cloned();
        let credentials = field("credentials").and_then(|value| Credentials::from_json(value, None).ok());
        let marked = || Credentials::from_json(marks(&own.provider.auth_mode), None).ok();
        Some(Target {
            integration: Arc::clone(own),
            connection_id: self.options.connection.connection_id.clone(),
            connection_config: match field("connection_config") {
                Some(Value::Object(settings)) => settings,
                Some(_) | None => JsonObject::new(),
            },
            credentials: credentials.or_else(marked)?,
        })
    }
}

/// Credentials of a mode, whichever fields it has.
fn marks(mode: &str) -> Value {
    let mut marks = json!({ "type": mode });
    for field in
        ["access_token", "token", "apiKey", "username", "password", "oauth_token", "oauth_token_secret"]
    {
        marks[field] = REDACTED.into();
    }
    marks
}

#[async_trait]
impl Host for SealedHost {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Connection(query) => self.connection(context, query).await.map(HostAnswer::Connection),
            HostCall::Integration(include) => {
                if let Some(key) = self.seals(None) {
                    check_include(&key, &include)?;
                }
                self.options.inner.call(context, HostCall::Integration(include)).await
            }
            HostCall::Proxy(request) => {
                self.check_request(context, &request).await?;
                self.options.inner.call(context, HostCall::Proxy(request)).await
            }
            // None of these hands out credentials, or sends them.
            call @ (HostCall::Fetch(_)
            | HostCall::Metadata
            | HostCall::WriteMetadata(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::TriggerAction(_)
            | HostCall::AcquireLock { .. }
            | HostCall::ReleaseLock { .. }
            | HostCall::ReleaseAllLocks
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. }) => self.options.inner.call(context, call).await,
        }
    }
}
