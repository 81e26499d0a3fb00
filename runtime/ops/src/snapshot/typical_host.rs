//! What stands behind `nango` in the run that is done while a snapshot is baked. It answers everything at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onevent_contract::{
    CallContext, HeaderLines, Host, HostAnswer, HostCall, HostError, LastRequest, MetadataWritten,
    ProxyResponse, VersionedMetadata,
};
use serde_json::{Value, json};

/// Knows one connection, and counts its calls.
#[derive(Default)]
pub(super) struct TypicalHost {
    calls: AtomicUsize,
}

impl TypicalHost {
    /// How many calls it answered.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

fn metadata() -> VersionedMetadata {
    let value = match json!({ "organizationId": "one" }) {
        Value::Object(value) => Some(value),
        _ => None,
    };
    VersionedMetadata { value, version: 1 }
}

fn response() -> ProxyResponse {
    let url = "https://provider.example/one".to_owned();
    let mut headers = HeaderLines::default();
    headers.push("content-type", "application/json");
    ProxyResponse {
        status: 200,
        status_text: "OK".to_owned(),
        headers,
        body: br#"{"organization_id":"one","list":[1,null]}"#.to_vec().into(),
        last_request: LastRequest { method: "GET".to_owned(), url: url.clone(), redirects: 0 },
        url,
        duration: Duration::ZERO,
    }
}

#[async_trait::async_trait]
impl Host for TypicalHost {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match call {
            HostCall::Metadata => Ok(HostAnswer::Metadata(metadata())),
            HostCall::Proxy(_) => Ok(HostAnswer::Proxy(response())),
            HostCall::WriteMetadata(_) => Ok(HostAnswer::WriteMetadata(MetadataWritten::Written {
                version: 2,
                dropped: Vec::new(),
                persisted: false,
            })),
            other => Err(other.unsupported()),
        }
    }
}
