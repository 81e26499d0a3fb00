//! What an operator can choose about the server.

use std::num::NonZeroU32;

use onevent_app::{BodyLimit, RequestRate, ServerSettings};
use tokio_util::sync::CancellationToken;

/// What an operator can choose about the server.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The largest body that a route reads as a whole, in bytes. The proxy streams, and has no such limit.
    pub body_limit: usize,
    /// How many requests a key may make in a minute; `None`: as many as it likes.
    pub rate_limit: Option<NonZeroU32>,
    /// Cancelled while the server is going away: `/ready` says so, and every other route still answers.
    pub draining: CancellationToken,
}

impl ServerOptions {
    /// What the settings say.
    #[must_use]
    pub fn of(settings: &ServerSettings) -> Self {
        Self::with(settings.body_limit.value, settings.rate_limit.value)
    }

    fn with(body_limit: BodyLimit, rate_limit: RequestRate) -> Self {
        Self {
            body_limit: usize::try_from(body_limit.get()).unwrap_or(usize::MAX),
            rate_limit: Some(rate_limit.get()),
            draining: CancellationToken::new(),
        }
    }
}

/// What the settings are where nothing is set.
impl Default for ServerOptions {
    fn default() -> Self {
        Self::with(BodyLimit::DEFAULT, RequestRate::DEFAULT)
    }
}
