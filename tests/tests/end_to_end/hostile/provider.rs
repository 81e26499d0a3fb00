//! A provider that does its worst.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::bomb;

/// It ends with the test's runtime.
pub(super) struct Provider {
    pub(super) url: String,
}

type Injected = Arc<AtomicUsize>;

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/echo", any(echo))
            .route("/silent", any(async || std::future::pending::<()>().await))
            .route("/drip", any(drip))
            .route("/endless", any(endless))
            .route("/redirect", any(async || (StatusCode::FOUND, [("location", "/redirect")])))
            .route("/headers", any(headers))
            .route("/big", any(big))
            .route("/bomb/{packing}", any(async |Path(packing): Path<String>| bomb::packed(&packing)))
            .route("/injected", any(injected))
            .fallback(any(other))
            .with_state(Injected::default());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url }
    }
}

async fn echo(method: Method, uri: Uri) -> Json<Value> {
    Json(json!({ "method": method.as_str(), "query": uri.query().unwrap_or_default() }))
}

/// Counts headers that nobody should have been able to send.
async fn other(State(injected): State<Injected>, headers: HeaderMap) -> Json<Value> {
    if headers.contains_key("x-injected") {
        injected.fetch_add(1, Ordering::Relaxed);
    }
    Json(json!({}))
}

async fn injected(State(injected): State<Injected>) -> Json<Value> {
    Json(json!({ "injected": injected.load(Ordering::Relaxed) }))
}

async fn drip() -> Body {
    Body::from_stream(stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), ()))
    }))
}

async fn endless() -> Body {
    let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
    Body::from_stream(stream::repeat_with(move || Ok::<_, Infallible>(chunk.clone())))
}

async fn headers() -> Response {
    let mut response = StatusCode::OK.into_response();
    for number in 0..500 {
        let name = HeaderName::try_from(format!("x-flood-{number}")).unwrap();
        response.headers_mut().insert(name, HeaderValue::from_str(&"v".repeat(1_000)).unwrap());
    }
    response
}

/// 15 MiB of small objects.
async fn big() -> Response {
    let body = format!("[{}{{}}]", "{},".repeat(5 * 1024 * 1024));
    ([("content-type", "application/json")], body).into_response()
}
