//! A wall around a host: nothing that changes the provider's data passes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use onevent_contract::{
    ActionCall, CallContext, Checkpoint, Connection, ConnectionQuery, EnvironmentVariable, FetchRequest,
    FetchResponse, Host, HostError, IntegrationId, IntegrationInclude, JsonObject, MetadataWrite,
    MetadataWritten, Params, ProxyRequest, ProxyResponse, VersionedMetadata,
};
use serde_json::Value;

use crate::fixture::body_as_data;

/// The text of a refused request's data is cut after this many characters.
const SHOWN: usize = 2_000;

/// Refuses every request but GET and HEAD with an error that shows what would have been sent. Actions are refused too,
/// because nobody knows what they send. Everything else is the wrapped host's.
pub struct ReadOnlyHost {
    inner: Arc<dyn Host>,
}

impl ReadOnlyHost {
    /// The wall around `inner`.
    #[must_use]
    pub fn new(inner: Arc<dyn Host>) -> Self {
        Self { inner }
    }
}

fn reads(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

fn refused(what: &str, details: &[String]) -> HostError {
    let mut message = format!("{what} was not sent: this run is read-only");
    for detail in details {
        message.push_str("\n  ");
        message.push_str(detail);
    }
    HostError::Configuration { code: "read_only".into(), message }
}

fn request_details(headers: &[(String, String)], data: Option<&str>) -> Vec<String> {
    let mut details: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    details.extend(data.map(|data| format!("data: {}", cut(data))));
    details
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn refused_call(request: &ProxyRequest) -> HostError {
    let mut details = Vec::new();
    match &request.params {
        None => {}
        Some(Params::Text(text)) => details.push(format!("params: {text}")),
        Some(Params::Pairs(pairs)) => {
            let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            details.push(format!("params: {}", pairs.join("&")));
        }
    }
    let headers: Vec<_> = request.headers.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    let data = request.body.as_ref().and_then(body_as_data).map(|data| data.to_string());
    details.extend(request_details(&headers, data.as_deref()));
    refused(&format!("{} {}", request.method, request.endpoint), &details)
}

#[async_trait]
impl Host for ReadOnlyHost {
    async fn proxy(&self, call: &CallContext, request: ProxyRequest) -> Result<ProxyResponse, HostError> {
        if reads(&request.method) {
            self.inner.proxy(call, request).await
        } else {
            Err(refused_call(&request))
        }
    }

    async fn fetch(&self, call: &CallContext, request: FetchRequest) -> Result<FetchResponse, HostError> {
        if reads(&request.method) {
            return self.inner.fetch(call, request).await;
        }
        let text = String::from_utf8_lossy(&request.body);
        let data = Some(&*text).filter(|text| !text.is_empty());
        let details = request_details(&request.headers, data);
        Err(refused(&format!("{} {}", request.method, request.url), &details))
    }

    async fn trigger_action(&self, _call: &CallContext, action: ActionCall) -> Result<Value, HostError> {
        let what = format!("action {}/{}", action.provider_config_key, action.name);
        Err(refused(&what, &[format!("input: {}", cut(&action.input.to_string()))]))
    }

    async fn connection(&self, call: &CallContext, query: ConnectionQuery) -> Result<Connection, HostError> {
        self.inner.connection(call, query).await
    }

    async fn connection_json(&self, call: &CallContext, query: ConnectionQuery) -> Result<Value, HostError> {
        self.inner.connection_json(call, query).await
    }

    async fn metadata(&self, call: &CallContext) -> Result<VersionedMetadata, HostError> {
        self.inner.metadata(call).await
    }

    async fn write_metadata(
        &self,
        call: &CallContext,
        write: MetadataWrite,
    ) -> Result<MetadataWritten, HostError> {
        self.inner.write_metadata(call, write).await
    }

    async fn integration(
        &self,
        call: &CallContext,
        include: Vec<IntegrationInclude>,
    ) -> Result<JsonObject, HostError> {
        self.inner.integration(call, include).await
    }

    async fn pagination(
        &self,
        call: &CallContext,
        integration: Option<IntegrationId>,
    ) -> Result<Option<JsonObject>, HostError> {
        self.inner.pagination(call, integration).await
    }

    async fn environment_variables(&self, call: &CallContext) -> Result<Vec<EnvironmentVariable>, HostError> {
        self.inner.environment_variables(call).await
    }

    async fn acquire_lock(&self, call: &CallContext, key: String, ttl: Duration) -> Result<bool, HostError> {
        self.inner.acquire_lock(call, key, ttl).await
    }

    async fn release_lock(&self, call: &CallContext, key: String) -> Result<bool, HostError> {
        self.inner.release_lock(call, key).await
    }

    async fn release_all_locks(&self, call: &CallContext) -> Result<(), HostError> {
        self.inner.release_all_locks(call).await
    }

    async fn checkpoint(&self, call: &CallContext) -> Result<Checkpoint, HostError> {
        self.inner.checkpoint(call).await
    }

    async fn write_checkpoint(
        &self,
        call: &CallContext,
        value: Option<JsonObject>,
        expected_version: u64,
    ) -> Result<Option<u64>, HostError> {
        self.inner.write_checkpoint(call, value, expected_version).await
    }
}
