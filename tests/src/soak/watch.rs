//! The time since the start, the same for everybody.

use std::time::{Duration, Instant};

use onevent_contract::{Clock as _, SystemClock};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch(Instant);

impl Watch {
    pub(crate) fn start() -> Self {
        Self(SystemClock.monotonic())
    }

    pub(crate) fn now(self) -> Duration {
        SystemClock.elapsed(self.0)
    }

    /// Sleeps until then.
    pub(super) fn sleep_until(self, then: Duration) {
        std::thread::sleep(then.saturating_sub(self.now()));
    }
}
