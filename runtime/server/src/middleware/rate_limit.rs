//! How often a key may ask, as Nango limits its accounts.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use onevent_contract::{Clock, SystemClock};
use onevent_store::ApiKeyId;

use super::authentication::Caller;
use crate::error::ApiError;
use crate::state::ServerState;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

type Limiter =
    RateLimiter<ApiKeyId, DefaultKeyedStateStore<ApiKeyId>, DefaultClock, StateInformationMiddleware>;

/// Requests per minute and key. What is kept of a key is a number, and there are no more of them than keys.
pub(crate) struct RateLimit {
    per_minute: NonZeroU32,
    limiter: Limiter,
}

/// What a key has left, as the headers tell it.
struct Left {
    remaining: u32,
    /// How long until all of it is there again.
    reset: Duration,
}

impl RateLimit {
    pub(crate) fn new(per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute));
        Self { per_minute, limiter: limiter.with_middleware() }
    }

    /// Counts a request of this key; where it comes too early, with how long to wait.
    fn check(&self, key: ApiKeyId) -> (Left, Option<Duration>) {
        match self.limiter.check_key(&key) {
            Ok(state) => (self.left(state.remaining_burst_capacity()), None),
            Err(not_until) => (self.left(0), Some(not_until.wait_time_from(self.limiter.clock().now()))),
        }
    }

    fn left(&self, remaining: u32) -> Left {
        let each = Quota::per_minute(self.per_minute).replenish_interval();
        Left { remaining, reset: each.saturating_mul(self.per_minute.get().saturating_sub(remaining)) }
    }

    fn tell(&self, headers: &mut HeaderMap, left: &Left) {
        let now = u64::try_from(SystemClock.now().as_second()).unwrap_or_default();
        headers.insert(LIMIT, HeaderValue::from(self.per_minute.get()));
        headers.insert(REMAINING, HeaderValue::from(left.remaining));
        headers.insert(RESET, HeaderValue::from(now.saturating_add(whole_seconds(left.reset))));
    }
}

/// Rounded up: who waits that long has waited long enough.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
}

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
    // What a provider says of its own limits is passed on, and two of these would not fit together.
    if ![LIMIT, REMAINING, RESET].iter().any(|name| response.headers().contains_key(name)) {
        limit.tell(response.headers_mut(), &left);
    }
    response
}

fn too_many(request: &Request, wait: Duration) -> ApiError {
    ApiError::bare(StatusCode::TOO_MANY_REQUESTS, "too_many_request")
        .with("method", request.method().as_str())
        .with("path", request.uri().path())
        .header(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_requests() {
        let limit = RateLimit::new(NonZeroU32::new(2).unwrap());
        let id = |end: char| ApiKeyId::parse(&format!("00000000-0000-7000-8000-00000000000{end}")).unwrap();
        let (first, second) = (id('1'), id('2'));
        let (left, wait) = limit.check(first);
        assert_eq!((left.remaining, wait), (1, None));
        assert_eq!(limit.check(first).1, None);
        let (left, wait) = limit.check(first);
        assert_eq!(left.remaining, 0);
        assert!((29..=30).contains(&wait.unwrap().as_secs()), "{wait:?}");
        assert_eq!(limit.check(second).1, None);
    }

    #[test]
    fn seconds_are_rounded_up() {
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
    }
}
