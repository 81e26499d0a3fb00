//! How calls are made, and what they share.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, SystemClock};
use tokio::runtime::Handle;

use crate::egress::{EgressPolicy, Lookup, SystemLookup};
use crate::limits::ATTEMPT_TIMEOUT;
use crate::transport::Transport;
use crate::{Sleeper, TokioSleeper, Wire};

/// How a [`Proxy`](crate::Proxy) works.
pub struct ProxyOptions {
    /// Where calls may go. Default: public addresses only.
    pub egress: EgressPolicy,
    /// How names are looked up. Default: by the system's resolver.
    pub lookup: Arc<dyn Lookup>,
    /// The time. Default: the system's.
    pub clock: Arc<dyn Clock>,
    /// How to wait between attempts. Default: on tokio's timer.
    pub sleeper: Arc<dyn Sleeper>,
    /// The longest time for one attempt; of a streamed call, to the head of an answer. Default: [`ATTEMPT_TIMEOUT`].
    pub attempt_timeout: Duration,
    /// Who looks at the requests of functions, and at their answers. Default: nobody.
    pub wire: Option<Arc<dyn Wire>>,
}

impl Default for ProxyOptions {
    fn default() -> Self {
        Self {
            egress: EgressPolicy::public_only(),
            lookup: Arc::new(SystemLookup),
            clock: Arc::new(SystemClock),
            sleeper: Arc::new(TokioSleeper),
            attempt_timeout: ATTEMPT_TIMEOUT,
            wire: None,
        }
    }
}

/// What all clones of a proxy share.
pub(crate) struct Inner {
    pub(crate) options: ProxyOptions,
    pub(crate) transport: Transport,
    pub(crate) runtime: Handle,
}
