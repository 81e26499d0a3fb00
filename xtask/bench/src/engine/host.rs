//! What stands behind `nango`: metadata in memory, and the proxy.

use std::sync::{Arc, Mutex, PoisonError};

use onevent::{
    CallContext, Credentials, Host, HostAnswer, HostCall, HostError, MetadataWritten, VersionedMetadata,
};
use onevent_proxy::{EgressPolicy, Integration, Providers, Proxy, ProxyOptions, Target};
use serde_json::{Value, json};

use crate::documents::TOKEN;
use crate::failure::{Failure, Tried};

/// What all runs share: the connections to the provider.
#[derive(Clone)]
pub(crate) struct Reach {
    proxy: Proxy,
    target: Arc<Target>,
}

impl Reach {
    /// The account at the provider.
    pub(crate) fn new(url: &str) -> Tried<Self> {
        let told = |what: &str, error: String| Failure::new(format!("{what}: {error}"));
        let network = "127.0.0.0/8".parse().map_err(|_| Failure::new("loopback is a network"))?;
        let options = ProxyOptions { egress: EgressPolicy::allowing([network]), ..ProxyOptions::default() };
        let proxy = Proxy::new(options).map_err(|error| told("the proxy", error.to_string()))?;
        let providers = Providers::builtin().map_err(|error| told("the templates", error.to_string()))?;
        let provider =
            providers.get("salesforce").ok_or_else(|| Failure::new("Salesforce has no template"))?;
        let key = "salesforce".parse().map_err(|_| Failure::new("Salesforce is an integration"))?;
        let mut integration = Integration::new(key, provider);
        integration.base_url = Some(url.to_owned());
        let credentials = json!({ "type": "OAUTH2", "access_token": TOKEN });
        let credentials = Credentials::from_json(credentials, None);
        let target = Target {
            integration: Arc::new(integration),
            connection_id: "acme".parse().map_err(|_| Failure::new("acme is a connection"))?,
            connection_config: serde_json::Map::new(),
            credentials: credentials.map_err(|error| told("the credentials", error.to_string()))?,
        };
        Ok(Self { proxy, target: Arc::new(target) })
    }
}

/// The host of one run.
pub(crate) struct InMemory {
    reach: Reach,
    metadata: Mutex<VersionedMetadata>,
}

impl InMemory {
    /// Over a connection with this metadata.
    pub(crate) fn new(reach: Reach, metadata: &Value) -> Self {
        let value = metadata.as_object().cloned();
        let version = u64::from(value.is_some());
        Self { reach, metadata: Mutex::new(VersionedMetadata { value, version }) }
    }
}

#[async_trait::async_trait]
impl Host for InMemory {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Proxy(request) => {
                let answer = self.reach.proxy.send(context, &self.reach.target, *request).await?;
                Ok(HostAnswer::Proxy(answer))
            }
            HostCall::Metadata => {
                let metadata = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
                Ok(HostAnswer::Metadata(metadata))
            }
            HostCall::WriteMetadata(to) => {
                let mut metadata = self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
                let version = metadata.version + 1;
                *metadata = VersionedMetadata { value: Some(to.value), version };
                let written = MetadataWritten::Written { version, dropped: Vec::new(), persisted: true };
                Ok(HostAnswer::WriteMetadata(written))
            }
            other => Err(other.unsupported()),
        }
    }
}
