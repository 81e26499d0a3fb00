//! What a function hands to ops, whatever the SDK checks, and what is built of it.
//!
//! An input is a call of `op_onevent_proxy`, one of `op_onevent_fetch`, and how a run ended, with `---` between them.

use std::sync::Arc;

use http::Method;
use jiff::Timestamp;
use onevent_contract::{ConnectionId, Credentials, IntegrationId, JsonObject, sendable_method};
use onevent_ops::{MAX_PAIRS, fuzzing};
use onevent_proxy::{Integration, Providers, Target as Whom, check_seal, has_body, provider_url};
use serde_json::{Value, json};

use crate::input::{parts, text};
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "ops",
    run,
    words: &[
        "\"endpoint\": \"",
        "\"method\": \"",
        "GET",
        "TRACE",
        "CONNECT",
        "get",
        "P\\u0000T",
        "\"headers\": [[\"",
        "\", \"",
        "\"]]",
        "host",
        "Content-Length",
        "Transfer-Encoding",
        "authorization",
        "x-a",
        "\\r\\n",
        "\"paramsText\": \"",
        "\"paramsPairs\": [",
        "\"bodyKind\": \"",
        "none",
        "json",
        "text",
        "bytes",
        "form",
        "multipart",
        "\"bodyText\": \"",
        "\"bodyPairs\": [",
        "\"retries\": ",
        "1e300",
        "-1",
        "0.5",
        "\"retryOn\": [",
        "99",
        "65536",
        "500",
        "\"baseUrlOverride\": \"",
        "https://example.com",
        "http://127.0.0.1",
        "\"responseType\": \"",
        "arraybuffer",
        "\"providerConfigKey\": \"",
        "\"connectionId\": \"",
        "null",
        "true",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "\"",
        "\n---\n",
        "${apiKey}",
        "\\ud800",
        "\u{0}",
        "\"kind\": \"",
        "threw",
        "returned",
        "\"error\": {\"type\": \"",
        "\"payload\": ",
        "\"status\": ",
        "\"output\": ",
    ],
    seeds: Vec::new,
};

fn run(input: &[u8]) {
    let text = text(input);
    let [call, fetch, end] = parts::<3>(&text);
    fetched(fetch);
    let _ = fuzzing::settlement(end);
    let Some(Ok(request)) = serde_json::from_str(call).ok().and_then(fuzzing::request) else { return };
    assert!(is_sendable(&request.method), "{} would be sent", request.method);
    assert!(request.headers.len() <= MAX_PAIRS, "{} headers", request.headers.len());
    assert!(request.retry_on.iter().all(|status| (100..=599).contains(status)), "{:?}", request.retry_on);
    assert!(request.retries <= u32::from(u16::MAX), "{}", request.retries);
    let Some(whom) = whom() else { return };
    let _ = check_seal(&whom, &request, Timestamp::UNIX_EPOCH);
    let _ = provider_url(&whom, &request, Timestamp::UNIX_EPOCH);
    let _ = has_body(&request.method);
}

fn fetched(text: &str) {
    let Some(Ok(request)) = serde_json::from_str(text).ok().and_then(fuzzing::fetch) else { return };
    assert!(is_sendable(&request.method), "{} would be fetched", request.method);
    assert!(request.headers.len() <= onevent_ops::MAX_FETCH_HEADERS, "{} headers", request.headers.len());
}

fn is_sendable(method: &Method) -> bool {
    sendable_method(method.as_str()).is_ok() && !matches!(method.as_str(), "TRACE" | "CONNECT")
}

/// An integration with a key in a header, one in the query, and sealed credentials.
fn whom() -> Option<Whom> {
    let proxy = json!({
        "base_url": "https://api.example.com",
        "headers": { "x-key": "${apiKey}" },
        "query": { "key": "${apiKey}" },
    });
    let file: Value = json!({ "p": { "auth_mode": "API_KEY", "proxy": proxy } });
    let provider = Providers::from_yaml(&file.to_string(), "fuzz").ok()?.get("p")?;
    let mut integration = Integration::new(IntegrationId::new("p").ok()?, provider);
    integration.seal = Some(onevent_proxy::Seal::default());
    Some(Whom {
        integration: Arc::new(integration),
        connection_id: ConnectionId::new("acme").ok()?,
        connection_config: JsonObject::new(),
        credentials: Credentials::from_json(json!({ "type": "API_KEY", "apiKey": "sk-1" }), None).ok()?,
    })
}
