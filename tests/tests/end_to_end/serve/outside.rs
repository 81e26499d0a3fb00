//! What is outside of a server: a provider that answers with what it was asked, and the operator's app.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde::Serialize;
use tokio::net::TcpListener;

/// A request that the provider or the app has seen.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// All that were seen, oldest first.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct AllSeen {
    pub(crate) requests: Vec<Seen>,
    pub(crate) webhooks: Vec<Seen>,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<AllSeen>>, Arc<Mutex<BTreeMap<String, StatusCode>>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, AllSeen> {
        self.0.lock().unwrap()
    }
}

/// A provider under `/api`, an app under `/webhooks`, and under `/seen` what both have seen. They end with the test's
/// runtime.
pub(crate) struct Outside {
    pub(crate) url: String,
    shared: Shared,
}

impl Outside {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared::default();
        let router = Router::new()
            .route("/api/{*path}", any(provider))
            .route("/webhooks", post(app))
            .route("/seen", get(seen))
            .with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    /// What was seen until now.
    pub(crate) fn seen(&self) -> AllSeen {
        self.shared.lock().clone()
    }

    /// The provider answers requests for a path with this status, until it is mended.
    pub(crate) fn fail(&self, path: &str, status: u16) {
        let status = StatusCode::from_u16(status).unwrap();
        self.shared.1.lock().unwrap().insert(path.to_owned(), status);
    }

    /// The provider answers as usual.
    pub(crate) fn mend(&self) {
        self.shared.1.lock().unwrap().clear();
    }

    /// How often the provider was asked this.
    pub(crate) fn asked(&self, method: &str, path: &str) -> usize {
        let seen = self.shared.lock();
        seen.requests.iter().filter(|one| one.method == method && one.path == path).count()
    }
}

fn of(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Seen {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Seen {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body: text(body),
    }
}

/// Answers with the request, and knows no token that is named `bad`.
async fn provider(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let seen = of(&method, &uri, &headers, &body);
    shared.lock().requests.push(seen.clone());
    let failing = shared.1.lock().unwrap().get(uri.path()).copied();
    if let Some(status) = failing {
        return status.into_response();
    }
    let status = match seen.headers.get("authorization").map(String::as_str) {
        Some("Bearer bad") => StatusCode::UNAUTHORIZED,
        _ => StatusCode::OK,
    };
    (status, Json(seen)).into_response()
}

async fn app(State(shared): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) {
    let seen = of(&method, &uri, &headers, &body);
    shared.lock().webhooks.push(seen);
}

async fn seen(State(shared): State<Shared>) -> Json<AllSeen> {
    Json(shared.lock().clone())
}
