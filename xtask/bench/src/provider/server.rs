//! The server. What its paths answer is made once; what it was asked is kept until somebody takes it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::documents;
use crate::failure::{Failure, Tried, While as _};
use crate::ledger::Ledger;

/// The largest body that it reads.
const MAX_BODY_BYTES: usize = 16 << 20;

/// How it behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manner {
    /// Before each answer.
    pub(crate) delay_ms: u64,
    /// Whether nobody gets an answer until this is false.
    pub(crate) hold: bool,
}

/// What it has seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Taken {
    /// The requests since the last time.
    pub(crate) ledger: Ledger,
}

struct Shared {
    manner: watch::Sender<Manner>,
    ledger: Mutex<Ledger>,
    held: Mutex<usize>,
    userinfo: Bytes,
    fields: Bytes,
    records: Bytes,
}

/// Serves on a free port of loopback, which it prints, until the process ends.
pub(crate) async fn serve() -> Tried<()> {
    let json = |value: serde_json::Value| Bytes::from(value.to_string());
    let shared = Arc::new(Shared {
        manner: watch::Sender::new(Manner::default()),
        ledger: Mutex::default(),
        held: Mutex::default(),
        userinfo: json(documents::userinfo()),
        fields: json(documents::fields()),
        records: json(documents::records()),
    });
    let router = Router::new()
        .route("/-/manner", post(set_manner))
        .route("/-/take", post(take))
        .route("/-/held", get(held))
        // What Nango's command line asks of Nango's API. Its proxy is `answer`.
        .route("/connections", get(|| async { Json(json!({ "connections": [documents::connection()] })) }))
        .route("/connections/{id}", get(|| async { Json(documents::connection()) }))
        .route("/connection/{id}", get(|| async { Json(documents::connection()) }))
        .route("/integrations/{key}", get(|| async { Json(json!({ "data": documents::integration() })) }))
        .fallback(answer)
        .with_state(shared);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.trying("the provider opens a port")?;
    let address = listener.local_addr().trying("the provider has a port")?;
    anstream::println!("http://{address}");
    axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))), router)
        .await
        .map_err(|error| Failure::new(format!("the provider ended: {error}")))
}

async fn set_manner(State(shared): State<Arc<Shared>>, Json(manner): Json<Manner>) {
    shared.manner.send_replace(manner);
}

async fn take(State(shared): State<Arc<Shared>>) -> Json<Taken> {
    let ledger = std::mem::take(&mut *shared.ledger.lock().unwrap_or_else(PoisonError::into_inner));
    Json(Taken { ledger })
}

async fn held(State(shared): State<Arc<Shared>>) -> Json<usize> {
    Json(*shared.held.lock().unwrap_or_else(PoisonError::into_inner))
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let authorization = authorization(&head.headers);
    // Nango's proxy would take the secret key for a name, and send the connection's token on.
    let (path, authorization) = match path.strip_prefix("/proxy") {
        Some(path) if authorization == documents::SECRET_KEY_HEADER => (path, documents::TOKEN_HEADER),
        _ => (path, authorization),
    };
    let line = Ledger::line(head.method.as_str(), path, authorization, &body);
    shared.ledger.lock().unwrap_or_else(PoisonError::into_inner).record(line);
    shared.wait().await;
    let found = match (head.method.as_str(), path) {
        ("GET", "/services/oauth2/userinfo") => shared.userinfo.clone(),
        ("GET", "/fields") => shared.fields.clone(),
        ("GET", "/records") => shared.records.clone(),
        ("POST", "/import") => Bytes::from_static(b"{}"),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, "application/json")], Body::from(found)).into_response()
}

fn authorization(headers: &HeaderMap) -> &str {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Shared {
    async fn wait(&self) {
        let manner = *self.manner.borrow();
        if manner.delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(manner.delay_ms)).await;
        }
        if manner.hold {
            self.count(|held| held + 1);
            let mut changes = self.manner.subscribe();
            // An error would say that the server is gone.
            let _ = changes.wait_for(|manner| !manner.hold).await;
            self.count(|held| held.saturating_sub(1));
        }
    }

    fn count(&self, change: impl FnOnce(usize) -> usize) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = change(*held);
    }
}
