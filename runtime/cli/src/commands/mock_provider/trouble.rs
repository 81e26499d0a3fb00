//! Trouble on request: failures, slowness, and a limit of requests.

use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::refusal::refusal;
use super::state::Shared;
use super::token::token;

/// The longest delay that can be asked for.
const MAX_DELAY: Duration = Duration::from_secs(60);
/// How long whoever asked too much is told to wait, in seconds.
const RETRY_AFTER_SECONDS: u32 = 1;
/// How many requests are left in this second.
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");

/// What a query may ask for, with any path.
#[derive(Debug, Deserialize)]
struct Wanted {
    /// The status that the request is answered with: 400 to 599.
    fail: Option<u16>,
    /// How often it fails before it succeeds; always, where nothing is said.
    times: Option<u32>,
    /// How long the answer takes, in milliseconds.
    delay: Option<u64>,
}

/// Makes the trouble that a query or the rate limit asks for.
pub(super) async fn make(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let wanted = match Query::<Wanted>::try_from_uri(request.uri()) {
        Ok(Query(wanted)) => wanted,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error.body_text()),
    };
    if let Some(delay) = wanted.delay {
        tokio::time::sleep(Duration::from_millis(delay).min(MAX_DELAY)).await;
    }
    let left = match remaining(&shared, request.headers()) {
        Ok(left) => left,
        Err(too_many) => return *too_many,
    };
    if let Some(status) = wanted.fail {
        match failure(&shared, &request, status, wanted.times) {
            Failing::Now(failure) => return *failure,
            Failing::NotNow => {}
        }
    }
    let mut response = next.run(request).await;
    if let Some(left) = left {
        response.headers_mut().insert(REMAINING, left.into());
    }
    response
}

/// How many requests the token may still make, where there is a limit; or the answer to one too many.
fn remaining(shared: &Shared, headers: &HeaderMap) -> Result<Option<u32>, Box<Response>> {
    let (Some(limit), Some(token)) = (shared.rate_limit, token(headers)) else { return Ok(None) };
    match shared.count(token, limit) {
        Some(left) => Ok(Some(left)),
        None => {
            let message = format!("more than {limit} requests in a second");
            Err(Box::new(later(refusal(StatusCode::TOO_MANY_REQUESTS, &message))))
        }
    }
}

/// Whether a request that is to fail does so this time.
enum Failing {
    Now(Box<Response>),
    NotNow,
}

fn failure(shared: &Shared, request: &Request, status: u16, times: Option<u32>) -> Failing {
    let asked = StatusCode::from_u16(status).ok();
    let Some(status) = asked.filter(|status| status.is_client_error() || status.is_server_error()) else {
        let message = "`fail` is a status from 400 to 599";
        return Failing::Now(Box::new(refusal(StatusCode::BAD_REQUEST, message)));
    };
    let who = token(request.headers()).unwrap_or_default();
    let key = format!("{} {} {who}", request.method(), request.uri());
    if times.is_some_and(|times| !shared.fails(key, times)) {
        return Failing::NotNow;
    }
    let answer = refusal(status, "you asked for it");
    let is_passing = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    Failing::Now(Box::new(if is_passing { later(answer) } else { answer }))
}

/// The answer with the advice to ask again in a while.
fn later(answer: Response) -> Response {
    let wait = HeaderValue::from(RETRY_AFTER_SECONDS);
    ([(header::RETRY_AFTER, wait)], answer).into_response()
}
