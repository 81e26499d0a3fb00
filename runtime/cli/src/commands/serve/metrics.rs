//! Metrics for Prometheus, on an address of their own: who may ask for them is who reaches it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use onevent_app::Service;
use tokio::net::TcpListener;

use crate::failure::Failure;

/// What the text is.
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers `GET /metrics` there, and tells where that is.
pub(super) async fn start(address: SocketAddr, service: &Arc<Service>) -> Result<String, Failure> {
    let failed = |error: std::io::Error| {
        Failure::usage("cannot_listen", format!("--metrics: {address} cannot be listened on: {error}"))
            .hint("--metrics 127.0.0.1:0 takes a free port")
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let url = format!("http://{}/metrics", listener.local_addr().map_err(failed)?);
    let routes = Router::new().route("/metrics", get(answer)).with_state(Arc::clone(service));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::error!(%error, "metrics are not served any more");
        }
    });
    Ok(url)
}

async fn answer(State(service): State<Arc<Service>>) -> impl IntoResponse {
    let (status, text) = match service.engine() {
        Ok(engine) => (StatusCode::OK, engine.metrics()),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    (status, [(CONTENT_TYPE, TEXT)], text)
}
