//! Recorded runs: their file, and the host that answers from one.
//!
//! An input is a fixture, requests (a method and an endpoint a line), and their body, with `---` between them.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{
    CallContext, Clock as _, ConnectionFacts, ConnectionQuery, EffectLog, FetchRequest, Function,
    FunctionKey, FunctionKind, Host, HostCall, HostError, ProxyBody, ProxyRequest, RunId, SystemClock,
};
use onevent_testing::{Fixture, FixtureHost, replay_host};
use tokio::runtime::{Builder, Runtime};

use crate::input::{parts, text};
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "fixture",
    run,
    words: &[
        "{\"api\": {\"GET\": {\"",
        "\": ",
        "{\"response\": ",
        "{\"status\": ",
        "\"hash\": \"",
        "\"request\": {\"params\": {",
        "\"headers\": {",
        "\"data\": ",
        "\"nango\": {\"",
        "getConnection",
        "getMetadata",
        "getCheckpoint",
        "metadataWrites",
        "batchSave",
        "getToken",
        "getIntegration",
        "getEnvironmentVariables",
        "triggerAction",
        "\"input\": ",
        "\"output\": ",
        "\"error\": ",
        "\"fetch\": ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "\"",
        "null",
        "true",
        "-1",
        "1e400",
        "200",
        "\n---\n",
        "GET ",
        "POST ",
        "DELETE ",
        "\n",
        "/items",
        "?a=1&a=2",
        "%zz",
        "https://example.com/items",
        "\"Buffer\"",
        "\"\\ud800\"",
        "\"connection_id\": \"",
        "\"provider\": \"",
        "[redacted]",
    ],
    seeds: Vec::new,
};

/// Requests of one input at most.
const MAX_REQUESTS: usize = 8;

fn run(input: &[u8]) {
    let text = text(input);
    let [file, requests, body] = parts::<3>(&text);
    let Ok(fixture) = Fixture::parse(file) else { return };
    let again = fixture.to_text();
    assert_eq!(Fixture::parse(&again).as_ref(), Ok(&fixture), "what is written can be read");
    let Some(function) = function() else { return };
    let Ok((host, facts)) = replay_host(&function, fixture, |_| None) else { return };
    let Some(runtime) = runtime() else { return };
    runtime.block_on(ask_all(&host, &facts, &function, requests, body));
    let _ = host.replay();
}

async fn ask_all(
    host: &FixtureHost,
    facts: &ConnectionFacts,
    function: &Function,
    requests: &str,
    body: &str,
) {
    let context = context(function.key.clone());
    for line in requests.lines().take(MAX_REQUESTS) {
        let (method, endpoint) = line.split_once(' ').unwrap_or(("GET", line));
        let Ok(method) = method.parse::<http::Method>() else { continue };
        let mut request = ProxyRequest::new(method.clone(), endpoint);
        request.body = (!body.is_empty()).then(|| match serde_json::from_str(body) {
            Ok(value) => ProxyBody::Json(value),
            Err(_) => ProxyBody::Text(body.to_owned()),
        });
        let fetch = FetchRequest {
            url: endpoint.to_owned(),
            method,
            headers: Vec::new(),
            body: body.as_bytes().to_vec().into(),
        };
        ask(host, &context, HostCall::Proxy(Box::new(request))).await;
        ask(host, &context, HostCall::Fetch(fetch)).await;
    }
    let own = ConnectionQuery {
        provider_config_key: Some(facts.integration.clone()),
        ..ConnectionQuery::default()
    };
    for call in [
        HostCall::Connection(ConnectionQuery::default()),
        HostCall::Connection(own),
        HostCall::Metadata,
        HostCall::Integration(Vec::new()),
        HostCall::Pagination(None),
        HostCall::EnvironmentVariables,
        HostCall::Checkpoint,
    ] {
        ask(host, &context, call).await;
    }
}

/// Whatever a fixture holds, its host is not at fault.
async fn ask(host: &FixtureHost, context: &CallContext, call: HostCall) {
    let answer = host.call(context, call).await;
    assert!(!matches!(answer, Err(HostError::Internal { .. })), "{answer:?}");
}

/// Whom nobody stops.
pub(super) fn context(function: FunctionKey) -> CallContext {
    let (_, effects) = EffectLog::with_sender(Arc::new(SystemClock));
    let deadline = SystemClock.monotonic() + Duration::from_secs(60);
    CallContext { run_id: RunId::generate(), request_id: None, function, deadline, effects }
}

/// An action without any code.
pub(super) fn function() -> Option<Function> {
    Some(Function {
        key: FunctionKey { integration: "p".parse().ok()?, name: "act".parse().ok()? },
        kind: FunctionKind::Action { input: None, output: None },
        description: None,
        path: "p/actions/act.ts".into(),
        modules: Arc::from([]),
        metadata_schema: None,
    })
}

fn runtime() -> Option<Runtime> {
    Builder::new_current_thread().enable_time().build().ok()
}
