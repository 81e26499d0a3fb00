//! Holding a key to its rate.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::authentication::Caller;
use crate::error::ApiError;
use crate::rate_limit::whole_seconds;
use crate::state::ServerState;

/// Lets a request through if its key may ask now. It comes after the authentication.
pub(crate) async fn limit_rate(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let (Some(limit), Some(caller)) = (state.rate_limit(), request.extensions().get::<Caller>()) else {
        return next.run(request).await;
    };
    let (left, wait) = limit.check(caller.key_id());
    let mut response = match wait {
        None => next.run(request).await,
        Some(wait) => too_many(&request, wait).into_response(),
    };
    limit.tell(response.headers_mut(), &left);
    response
}

fn too_many(request: &Request, wait: Duration) -> ApiError {
    ApiError::bare(StatusCode::TOO_MANY_REQUESTS, "too_many_request")
        .with("method", request.method().as_str())
        .with("path", request.uri().path())
        .header(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)))
}
