//! The one door to the time of day and to monotonic time, so that tests can hold either still.

use std::time::Duration;

use jiff::Timestamp;

/// A point in monotonic time, for measuring durations and deadlines.
pub type Instant = std::time::Instant;

/// Where every room asks for the time.
///
/// The lints of the workspace ban direct access; the edges hand in a [`SystemClock`].
pub trait Clock: Send + Sync + 'static {
    /// The time of day, UTC.
    fn now(&self) -> Timestamp;

    /// Monotonic time, for durations.
    fn monotonic(&self) -> Instant;

    /// Time passed since `start` on this clock; zero when `start` lies in the future.
    fn elapsed(&self, start: Instant) -> Duration {
        self.monotonic().saturating_duration_since(start)
    }
}

/// How documents write a time: RFC 3339, UTC, with milliseconds.
pub(crate) fn rfc3339<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))
}

/// The operating system's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "this is the door the lint points to")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Instant {
        Instant::now()
    }
}
