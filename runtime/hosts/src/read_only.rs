//! A wall around a host: nothing that changes the provider's data passes.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use onevent_contract::{
    ActionCall, CallContext, FetchRequest, Host, HostAnswer, HostCall, HostError, Params, ProxyBody,
    ProxyRequest,
};

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
    let data = request.body.as_ref().map(shown_body);
    details.extend(request_details(&headers, data.as_deref()));
    refused(&format!("{} {}", request.method, request.endpoint), &details)
}

/// A body in words: what is text as it is, and of other bytes how many there are.
fn shown_body(body: &ProxyBody) -> String {
    let pairs = |pairs: &[(String, String)]| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    };
    match body {
        ProxyBody::Json(text) => text.as_str().to_owned(),
        ProxyBody::Text(text) => text.clone(),
        ProxyBody::Bytes(bytes) => format!("{} bytes", bytes.len()),
        ProxyBody::Form(form) | ProxyBody::Multipart(form) => pairs(form),
    }
}

fn refused_fetch(request: &FetchRequest) -> HostError {
    let text = String::from_utf8_lossy(&request.body);
    let data = Some(&*text).filter(|text| !text.is_empty());
    let details = request_details(&request.headers, data);
    refused(&format!("{} {}", request.method, request.url), &details)
}

fn refused_action(action: &ActionCall) -> HostError {
    let what = format!("action {}/{}", action.provider_config_key, action.name);
    refused(&what, &[format!("input: {}", cut(&action.input.to_string()))])
}

#[async_trait]
impl Host for ReadOnlyHost {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match &call {
            HostCall::Proxy(request) if !reads(&request.method) => Err(refused_call(request)),
            HostCall::Fetch(request) if !reads(&request.method) => Err(refused_fetch(request)),
            HostCall::TriggerAction(action) => Err(refused_action(action)),
            HostCall::Proxy(_)
            | HostCall::Fetch(_)
            | HostCall::Connection(_)
            | HostCall::Metadata
            | HostCall::WriteMetadata(_)
            | HostCall::Integration(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::AcquireLock { .. }
            | HostCall::ReleaseLock { .. }
            | HostCall::ReleaseAllLocks
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. } => self.inner.call(context, call).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_shown_in_words_whatever_its_kind() {
        let pairs = || vec![("a".to_owned(), "1 2".to_owned()), ("b".to_owned(), String::new())];
        for (body, shown) in [
            (ProxyBody::Json(json!({ "name": "x", "list": [1] }).into()), r#"{"name":"x","list":[1]}"#),
            (ProxyBody::Text("as it is".into()), "as it is"),
            (ProxyBody::Bytes(vec![0, 159, 146].into()), "3 bytes"),
            (ProxyBody::Form(pairs()), "a=1 2&b="),
            (ProxyBody::Multipart(pairs()), "a=1 2&b="),
        ] {
            assert_eq!(shown_body(&body), shown);
        }
    }
}
