//! Servers, targets and calls for the tests beside this file.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::Method;
use onevent_contract::{
    CallContext, Clock, ConnectionId, Credentials, EffectLog, FetchRequest, FetchResponse, FunctionKey,
    FunctionName, HostError, HttpOutcome, IntegrationId, JsonObject, ProxyRequest, ProxyResponse, RunId,
    SystemClock,
};
use onevent_proxy::{
    EgressPolicy, EgressRules, Integration, Providers, Proxy, ProxyOptions, Sleeper, Target,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server that answers with what it was asked, as JSON.
pub(crate) async fn echo_server() -> String {
    serve(Router::new().fallback(echo)).await
}

pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

pub(crate) async fn echo(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let headers: BTreeMap<String, String> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let echoed = json!({
        "method": parts.method.as_str(),
        "url": parts.uri.to_string(),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    });
    axum::Json(echoed).into_response()
}

/// How a server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It has nothing more to say.
    Close,
    /// It resets it.
    Reset,
}

/// A server that reads one request (or the first bytes of a TLS handshake) on each connection, sends these bytes and hangs up.
pub(crate) async fn raw_server(answer: impl Into<Vec<u8>>) -> String {
    raw_server_that_ends(answer, End::Close).await
}

/// The same, with one way or the other to hang up.
pub(crate) async fn raw_server_that_ends(answer: impl Into<Vec<u8>>, end: End) -> String {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                let mut piece = [0; 4096];
                while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.first() != Some(&0x16) {
                    match socket.read(&mut piece).await {
                        Ok(0) | Err(_) => return,
                        Ok(read) => request.extend_from_slice(&piece[..read]),
                    }
                }
                let _ = socket.write_all(&answer).await;
                match end {
                    End::Close => drop(socket.shutdown().await),
                    End::Reset => {
                        // The client has to have read what was sent: a reset takes back what is still on its way.
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        socket.set_zero_linger().unwrap();
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

/// Waits for nothing, and remembers how long it should have waited.
#[derive(Clone, Default)]
pub(crate) struct NoSleep {
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl NoSleep {
    pub(crate) fn waits(&self) -> Vec<u64> {
        self.waits.lock().unwrap().iter().map(|wait| wait.as_secs()).collect()
    }
}

#[async_trait]
impl Sleeper for NoSleep {
    async fn sleep(&self, duration: Duration) {
        self.waits.lock().unwrap().push(duration);
    }
}

/// A proxy that may reach loopback, and the call it serves.
pub(crate) struct Setup {
    pub(crate) proxy: Proxy,
    pub(crate) call: CallContext,
    pub(crate) log: Arc<EffectLog>,
    pub(crate) sleep: NoSleep,
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self::with(EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()]), |_| {})
    }

    /// Makes a request as its author wrote it, under no other rules than the policy's.
    pub(crate) async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, HostError> {
        self.proxy.fetch(&self.call, request, &EgressRules::default()).await
    }

    pub(crate) fn with(egress: EgressPolicy, change: impl FnOnce(&mut ProxyOptions)) -> Self {
        let sleep = NoSleep::default();
        let mut options =
            ProxyOptions { egress, sleeper: Arc::new(sleep.clone()), ..ProxyOptions::default() };
        change(&mut options);
        let clock = Arc::new(SystemClock);
        let (log, effects) = EffectLog::with_sender(clock.clone());
        let call = CallContext {
            request_id: None,
            run_id: RunId::generate(),
            function: FunctionKey {
                integration: IntegrationId::new("p").unwrap(),
                name: FunctionName::new("f").unwrap(),
            },
            deadline: clock.monotonic() + Duration::from_secs(3_000),
            effects,
        };
        Self { proxy: Proxy::new(options).unwrap(), call, log, sleep }
    }

    pub(crate) async fn send(
        &self,
        target: &Target,
        request: ProxyRequest,
    ) -> Result<ProxyResponse, HostError> {
        self.proxy.send(&self.call, target, request).await
    }

    pub(crate) async fn get(&self, target: &Target, endpoint: &str) -> Result<ProxyResponse, HostError> {
        self.send(target, ProxyRequest::new(Method::GET, endpoint)).await
    }

    /// `METHOD url status-or-error` of each recorded request.
    pub(crate) fn recorded(&self) -> Vec<String> {
        let http = self.log.effects().http;
        let line = |effect: onevent_contract::HttpEffect| {
            let end = match effect.outcome {
                HttpOutcome::Answered(status) => status.to_string(),
                HttpOutcome::Broken { status, code } => format!("{status} {code}"),
                HttpOutcome::Failed(code) => code,
                HttpOutcome::Pending => "pending".to_owned(),
            };
            format!("{} {} {end} #{}", effect.method, effect.url, effect.attempt)
        };
        http.into_iter().map(line).collect()
    }
}

/// A target with this template (YAML under the provider's name), settings and credentials.
pub(crate) fn target(template: &str, config: Value, credentials: Value) -> Target {
    let indented: String = template.lines().map(|line| format!("  {line}\n")).collect();
    let provider = Providers::from_yaml(&format!("p:\n{indented}"), "test").unwrap().get("p").unwrap();
    let Value::Object(connection_config) = config else { panic!("settings are an object") };
    Target {
        integration: Arc::new(Integration::new(IntegrationId::new("p").unwrap(), provider)),
        connection_id: ConnectionId::new("acme").unwrap(),
        connection_config,
        credentials: Credentials::from_json(credentials, None).unwrap(),
    }
}

/// A target of an OAuth 2 provider.
pub(crate) fn oauth(base_url: &str, more: &str) -> Target {
    target(
        &format!("auth_mode: OAUTH2\nproxy:\n  base_url: {base_url}\n{more}"),
        Value::Object(JsonObject::new()),
        json!({"type": "OAUTH2", "access_token": "token-12345"}),
    )
}

pub(crate) fn body(response: &ProxyResponse) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

pub(crate) fn code(result: Result<ProxyResponse, HostError>) -> String {
    match result.unwrap_err() {
        HostError::Network { code, .. } => format!("network {code}"),
        HostError::BrokenBody { code, response, .. } => format!("broken {} {code}", response.status),
        HostError::Configuration { code, .. } => format!("configuration {code}"),
        other => panic!("unexpected {other:?}"),
    }
}
