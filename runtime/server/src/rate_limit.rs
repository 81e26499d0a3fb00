//! How often a key may ask, as Nango limits its accounts.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use onevent_contract::{Clock, SystemClock};
use onevent_store::ApiKeyId;

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
pub(crate) struct Left {
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
    pub(crate) fn check(&self, key: ApiKeyId) -> (Left, Option<Duration>) {
        match self.limiter.check_key(&key) {
            Ok(state) => (self.left(state.remaining_burst_capacity()), None),
            Err(not_until) => (self.left(0), Some(not_until.wait_time_from(self.limiter.clock().now()))),
        }
    }

    fn left(&self, remaining: u32) -> Left {
        let each = Quota::per_minute(self.per_minute).replenish_interval();
        Left { remaining, reset: each.saturating_mul(self.per_minute.get().saturating_sub(remaining)) }
    }

    /// Tells what is left. What a provider says of its own limits is passed on as it is: two of these would not fit
    /// together.
    pub(crate) fn tell(&self, headers: &mut HeaderMap, left: &Left) {
        if [LIMIT, REMAINING, RESET].iter().any(|name| headers.contains_key(name)) {
            return;
        }
        let now = u64::try_from(SystemClock.now().as_second()).unwrap_or_default();
        headers.insert(LIMIT, HeaderValue::from(self.per_minute.get()));
        headers.insert(REMAINING, HeaderValue::from(left.remaining));
        headers.insert(RESET, HeaderValue::from(now.saturating_add(whole_seconds(left.reset))));
    }
}

/// Rounded up: who waits that long has waited long enough.
pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
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
