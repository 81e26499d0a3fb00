//! What one run may use.

use std::fmt::Display;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The largest metadata object of a connection, as JSON text: 1 MiB. It is read before every run.
pub const MAX_METADATA_BYTES: usize = 1024 * 1024;

/// How deep actions may trigger actions; the run that began it all is not counted. Every level holds a thread.
pub const MAX_ACTION_DEPTH: u32 = 5;

/// What a root run, and all that it triggers, may make the process hold outside of V8's heaps at one time: 64 MiB of what its calls
/// carry in and out.
pub const MAX_ROOT_BYTES: usize = 64 * 1024 * 1024;

/// How many runs a root run may trigger, with those that they trigger.
pub const MAX_TRIGGERED_RUNS: u32 = 200;

/// How many runs that others triggered directly are under way at once for one root run; half as many on each deeper level. Each
/// holds a thread and a heap.
pub const MAX_TRIGGERED_AT_ONCE: usize = 8;

/// The longest URL that is sent, its query included, in bytes: 64 KiB, as much as HTTP's own library holds. Servers take a quarter of it.
pub const MAX_SENT_URL_BYTES: usize = 65_534;

/// What the calls of a run may make of credentials, in bytes: signatures, headers, pieces of URLs. Each different one is hidden, and
/// looked for in all of its spellings.
pub const MAX_MADE_SECRET_BYTES: usize = 256 * 1024;

/// What every error of a limit says of it: its name in `docs/limits.md`, what it is, and what was used or asked for.
#[must_use]
pub fn limit_met(name: &str, limit: impl Display, used: impl Display) -> String {
    format!("limit {name}: {limit}, used: {used}")
}

/// The limits of one run. Hitting one stops the run with outcome `stopped`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall-clock time from the start of the isolate to the end of `exec`. Default 5 minutes, as Nango's.
    #[serde(rename = "wall_ms", with = "milliseconds")]
    pub wall: Duration,
    /// CPU time of the isolate's thread; waiting for I/O costs nothing. Default 2 seconds.
    #[serde(rename = "cpu_ms", with = "milliseconds")]
    pub cpu: Duration,
    /// V8's heap, in bytes; the contents of `ArrayBuffer`s have a budget of the same size beside it.
    /// Default 128 MiB.
    pub heap_bytes: u64,
}

/// A value that a limit cannot take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LimitsError {
    /// A run without any time cannot do anything.
    #[error("limits.{name} is zero; a run needs time")]
    Zero {
        /// The limit's name: `wall` or `cpu`.
        name: &'static str,
    },
    /// No clock reaches so far.
    #[error("limits.{name} is longer than {} hours, the most that a run can take", Limits::MAX_TIME.as_secs() / 3600)]
    TooLong {
        /// The limit's name: `wall` or `cpu`.
        name: &'static str,
    },
    /// V8 does not start below the minimum.
    #[error("limits.heap is {got} bytes; at least {min} are needed to start an isolate", min = Limits::MIN_HEAP_BYTES)]
    HeapTooSmall {
        /// The value given, in bytes.
        got: u64,
    },
    /// The process would end before the run does.
    #[error("limits.heap is {got} bytes; at most {max} can be set", max = Limits::MAX_HEAP_BYTES)]
    HeapTooLarge {
        /// The value given, in bytes.
        got: u64,
    },
}

impl Limits {
    /// Default of [`Limits::wall`].
    pub const DEFAULT_WALL: Duration = Duration::from_secs(300);
    /// Default of [`Limits::cpu`].
    pub const DEFAULT_CPU: Duration = Duration::from_secs(2);
    /// Default of [`Limits::heap_bytes`].
    pub const DEFAULT_HEAP_BYTES: u64 = 128 * 1024 * 1024;
    /// The longest that [`Limits::wall`] and [`Limits::cpu`] can be: a day. Deadlines are moments of a clock, which does
    /// not reach as far as a `Duration`; and a run that takes longer holds its thread for nothing.
    pub const MAX_TIME: Duration = Duration::from_secs(24 * 60 * 60);
    /// The smallest heap that an isolate with the SDK starts in.
    pub const MIN_HEAP_BYTES: u64 = 16 * 1024 * 1024;
    /// The largest heap: 4 GiB, the most that V8 gives a program by itself. A run may take as much again in
    /// `ArrayBuffer`s, and V8 overshoots; beyond it a run would meet the machine's memory before its limit, and end
    /// the process instead of itself.
    pub const MAX_HEAP_BYTES: u64 = 4 * 1024 * 1024 * 1024;

    /// Checks that a run can start under these limits, and that the process survives it.
    ///
    /// # Errors
    /// [`LimitsError`] names the limit and the nearest value that works.
    pub fn check(&self) -> Result<(), LimitsError> {
        for (name, time) in [("wall", self.wall), ("cpu", self.cpu)] {
            if time.is_zero() {
                return Err(LimitsError::Zero { name });
            }
            if time > Self::MAX_TIME {
                return Err(LimitsError::TooLong { name });
            }
        }
        if self.heap_bytes < Self::MIN_HEAP_BYTES {
            return Err(LimitsError::HeapTooSmall { got: self.heap_bytes });
        }
        if self.heap_bytes > Self::MAX_HEAP_BYTES {
            return Err(LimitsError::HeapTooLarge { got: self.heap_bytes });
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { wall: Self::DEFAULT_WALL, cpu: Self::DEFAULT_CPU, heap_bytes: Self::DEFAULT_HEAP_BYTES }
    }
}

/// For `#[serde(with)]`: durations in documents. Milliseconds with three decimals: precise enough for a cold start, short
/// enough to read.
pub(crate) mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = u32::try_from(value.as_micros()).map_or(value.as_secs_f64() * 1e6, f64::from);
        serializer.serialize_f64(micros.round() / 1e3)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let micros = (f64::deserialize(deserializer)? * 1e3).round();
        if micros.is_nan() || micros < 0.0 {
            return Err(serde::de::Error::custom("a duration is not negative"));
        }
        // What is out of range saturates: no run takes that long.
        Ok(Duration::from_micros(micros as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_themselves_can_be_set_and_nothing_beyond() {
        let limits = |wall, cpu, heap_bytes| Limits { wall, cpu, heap_bytes }.check();
        let (day, ns) = (Limits::MAX_TIME, Duration::from_nanos(1));
        let heap = Limits::DEFAULT_HEAP_BYTES;
        assert_eq!(limits(day, day, Limits::MAX_HEAP_BYTES), Ok(()));
        assert_eq!(limits(ns, ns, Limits::MIN_HEAP_BYTES), Ok(()));
        assert_eq!(limits(day + ns, day, heap), Err(LimitsError::TooLong { name: "wall" }));
        assert_eq!(limits(day, Duration::MAX, heap), Err(LimitsError::TooLong { name: "cpu" }));
        assert_eq!(limits(Duration::ZERO, day, heap), Err(LimitsError::Zero { name: "wall" }));
        let (small, large) = (Limits::MIN_HEAP_BYTES - 1, Limits::MAX_HEAP_BYTES + 1);
        assert_eq!(limits(day, day, small), Err(LimitsError::HeapTooSmall { got: small }));
        assert_eq!(limits(day, day, large), Err(LimitsError::HeapTooLarge { got: large }));
    }
}
