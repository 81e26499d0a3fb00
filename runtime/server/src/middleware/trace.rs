//! A line in the log for every request. Headers, queries and bodies are in none: they hold keys, tokens and what people
//! search for.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use onevent_contract::RequestId;
use tracing::{Span, field};

/// The span around a request: everything that is logged meanwhile carries its fields.
pub(crate) fn span(request: &Request) -> Span {
    let extensions = request.extensions();
    tracing::info_span!(
        "request",
        id = extensions.get::<RequestId>().map(RequestId::as_str),
        method = %request.method(),
        // The template where there is one: ids are many, routes are few.
        route = extensions.get::<MatchedPath>().map(MatchedPath::as_str),
        path = request.uri().path(),
        environment = field::Empty,
        key = field::Empty,
    )
}

/// The line at its end.
pub(crate) fn on_response(response: &Response, latency: Duration, _span: &Span) {
    let status = response.status().as_u16();
    let duration_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(status, duration_ms, "answered");
}
