//! What a provider answers, over a real socket: any bytes, and nobody is at fault but the provider.
//!
//! An input is all that a connection carries back, for each request of a call.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use onevent_contract::{
    ConnectionId, Credentials, FetchRequest, HostError, IntegrationId, JsonObject, ProxyRequest,
};
use onevent_proxy::{
    EgressPolicy, EgressRules, Integration, Providers, Proxy, ProxyOptions, Sleeper, Target as Whom,
};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use super::fixture::{context, function};
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "answers",
    run,
    words: &[
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.0 200\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n",
        "HTTP/1.1 204 No Content\r\n",
        "HTTP/1.1 301 Moved\r\n",
        "HTTP/1.1 307 Temporary Redirect\r\n",
        "HTTP/1.1 401 Unauthorized\r\n",
        "HTTP/1.1 429 Too Many Requests\r\n",
        "HTTP/1.1 503 Unavailable\r\n",
        "HTTP/2 200\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\r\n",
        "\r\n\r\n",
        "\n",
        "content-length: ",
        "Content-Length: 5\r\n",
        "transfer-encoding: chunked\r\n",
        "transfer-encoding: gzip, chunked\r\n",
        "content-encoding: gzip\r\n",
        "content-encoding: deflate\r\n",
        "content-encoding: br\r\n",
        "content-encoding: zstd\r\n",
        "content-type: application/json; charset=utf-16\r\n",
        "connection: close\r\n",
        "location: /a\r\n",
        "location: //evil.example/\r\n",
        "location: http://127.0.0.1:1/\r\n",
        "location: file:///etc/passwd\r\n",
        "retry-after: 1\r\n",
        "retry-after: 99999999999\r\n",
        "retry-after: Wed, 21 Oct 2099 07:28:00 GMT\r\n",
        "set-cookie: a=b\r\n",
        "x: \u{ff}\r\n",
        ":\r\n",
        "a",
        "5\r\nhello\r\n",
        "0\r\n\r\n",
        "ffffffffffffffff\r\n",
        "-1\r\n",
        "; ext=1\r\n",
        "{\"a\": 1}",
        "\u{1f}\u{8b}\u{8}\0\0\0\0\0\0\u{3}",
        "x\u{9c}",
    ],
    seeds: Vec::new,
};

/// One attempt, of an answer that does not come to its end.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the provider waits for a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);

/// A provider, and who calls it.
struct Stage {
    runtime: Runtime,
    proxy: Proxy,
    whom: Whom,
    url: String,
    answer: Arc<Mutex<Vec<u8>>>,
}

fn run(input: &[u8]) {
    static STAGE: OnceLock<Option<Stage>> = OnceLock::new();
    let stage = STAGE.get_or_init(stage);
    assert!(stage.is_some(), "there is no provider on loopback");
    let (Some(stage), Some(function)) = (stage, function()) else { return };
    stage.answer.lock().unwrap_or_else(PoisonError::into_inner).splice(.., input.iter().copied());
    let context = context(function.key);
    let mut request = ProxyRequest::new(Method::GET, "/a");
    request.retries = 1;
    let fetch = FetchRequest {
        url: format!("{}/b", stage.url),
        method: Method::POST,
        headers: Vec::new(),
        body: "x".into(),
    };
    stage.runtime.block_on(async {
        blamed(stage.proxy.send(&context, &stage.whom, request).await.map(|answer| answer.status));
        blamed(stage.proxy.fetch(&context, fetch, &EgressRules::default()).await.map(|answer| answer.status));
    });
}

/// An answer is one, or the provider's fault.
fn blamed(answer: Result<u16, HostError>) {
    match answer {
        Ok(status) => assert!((100..=999).contains(&status), "{status}"),
        Err(error) => assert!(!matches!(error, HostError::Internal { .. }), "{error:?}"),
    }
}

fn stage() -> Option<Stage> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    let url = format!("http://{}", listener.local_addr().ok()?);
    let answer = Arc::<Mutex<Vec<u8>>>::default();
    let answers = Arc::clone(&answer);
    std::thread::Builder::new()
        .name("provider".into())
        .spawn(move || {
            for connection in listener.incoming().flatten() {
                let answer = answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let _ = answered(connection, &answer);
            }
        })
        .ok()?;
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().ok()?;
    let proxy = {
        let _entered = runtime.enter();
        let options = ProxyOptions {
            egress: EgressPolicy::allowing(["127.0.0.0/8".parse().ok()?]),
            sleeper: Arc::new(NoSleep),
            attempt_timeout: ATTEMPT_TIMEOUT,
            ..ProxyOptions::default()
        };
        Proxy::new(options).ok()?
    };
    let file = json!({ "p": { "auth_mode": "API_KEY", "proxy": { "base_url": url } } });
    let provider = Providers::from_yaml(&file.to_string(), "fuzz").ok()?.get("p")?;
    let whom = Whom {
        integration: Arc::new(Integration::new(IntegrationId::new("p").ok()?, provider)),
        connection_id: ConnectionId::new("acme").ok()?,
        connection_config: JsonObject::new(),
        credentials: Credentials::from_json(json!({ "type": "API_KEY", "apiKey": "sk-1" }), None).ok()?,
    };
    Some(Stage { runtime, proxy, whom, url, answer })
}

/// Reads a request, and answers it with these bytes.
fn answered(mut connection: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    connection.set_read_timeout(Some(REQUEST_TIMEOUT))?;
    let (mut read, mut buffer) = (Vec::new(), [0; 2048]);
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        match connection.read(&mut buffer)? {
            0 => break,
            count => read.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
    }
    connection.write_all(answer)?;
    connection.shutdown(Shutdown::Write)
}

/// Between two attempts nothing is waited for.
struct NoSleep;

#[async_trait]
impl Sleeper for NoSleep {
    async fn sleep(&self, _: Duration) {}
}
