//! How many runs there may be at a time, and who gets what of it.

use std::time::Duration;

use super::bounded::{Bounded, Bounds};

/// How many runs there may be at a time.
pub type RunPlaces = Bounded<Places>;
/// How many runs may wait.
pub type QueueLength = Bounded<QueueLengths>;
/// How long a run may wait.
pub type QueueWait = Bounded<QueueWaits>;
/// A share in percent.
pub type Share = Bounded<Percents>;

/// Each run has a thread, and in a realm of its own some 4 MB.
#[derive(Debug)]
pub enum Places {}

/// With none, what has no place is refused at once.
#[derive(Debug)]
pub enum QueueLengths {}

/// Nobody waits longer than an hour for a run to begin.
#[derive(Debug)]
pub enum QueueWaits {}

/// Some of the whole, or all of it.
#[derive(Debug)]
pub enum Percents {}

impl RunPlaces {
    /// The engine's.
    pub const DEFAULT: Self = Self::of(onevent_engine::DEFAULT_MAX_ISOLATES as u32);
}

impl QueueLength {
    /// The engine's.
    pub const DEFAULT: Self = Self::of(onevent_engine::DEFAULT_QUEUE as u32);
}

impl QueueWait {
    /// The engine's.
    pub const DEFAULT: Self = Self::of(onevent_engine::DEFAULT_QUEUE_WAIT);
}

impl Share {
    /// One that is within 1 to 100.
    pub(crate) const fn percent(percent: u8) -> Self {
        Self::of(percent as u32)
    }

    /// As the engine wants it.
    pub(crate) fn as_percent(self) -> u8 {
        u8::try_from(self.get()).unwrap_or(100)
    }
}

impl Bounds for Places {
    type Number = u32;
    const LEAST: u32 = 1;
    const MOST: u32 = 16_384;
    const DESCRIPTION: &'static str = "a number like 256";
    const OUTSIDE: &'static str = "no number from 1 to 16384";
    const EXAMPLE: &'static str = "256";
}

impl Bounds for QueueLengths {
    type Number = u32;
    const LEAST: u32 = 0;
    const MOST: u32 = 1_000_000;
    const DESCRIPTION: &'static str = "a number like 1024, or 0";
    const OUTSIDE: &'static str = "no number from 0 to 1000000";
    const EXAMPLE: &'static str = "1024";
}

impl Bounds for QueueWaits {
    type Number = Duration;
    const LEAST: Duration = Duration::from_millis(1);
    const MOST: Duration = Duration::from_secs(60 * 60);
    const DESCRIPTION: &'static str = "a time like \"10s\"";
    const OUTSIDE: &'static str = "nothing, or more than 1h";
    const EXAMPLE: &'static str = "10s";
}

impl Bounds for Percents {
    type Number = u32;
    const LEAST: u32 = 1;
    const MOST: u32 = 100;
    const DESCRIPTION: &'static str = "a percentage like 50";
    const OUTSIDE: &'static str = "no number from 1 to 100";
    const EXAMPLE: &'static str = "50";
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::setting_value::{Invalid, SettingValue};
    use super::*;

    fn shown<T: SettingValue>(text: &str) -> Result<String, Invalid> {
        T::parse(text, Path::new("")).map(|value| value.shown())
    }

    #[test]
    fn what_no_engine_could_work_with_cannot_be_set() {
        assert_eq!(shown::<RunPlaces>("256").unwrap(), RunPlaces::DEFAULT.shown());
        for text in ["0", "16385", "-1", "many"] {
            assert!(shown::<RunPlaces>(text).is_err(), "{text}");
        }
        assert_eq!(shown::<QueueLength>("1024").unwrap(), QueueLength::DEFAULT.shown());
        assert_eq!(shown::<QueueLength>("0").unwrap(), "0");
        assert!(shown::<QueueLength>("1000001").is_err());
        assert_eq!(shown::<QueueWait>("10s").unwrap(), QueueWait::DEFAULT.shown());
        for text in ["0s", "61m", "soon"] {
            assert!(shown::<QueueWait>(text).is_err(), "{text}");
        }
        assert_eq!(shown::<Share>("100").unwrap(), "100");
        for text in ["0", "101", "50%"] {
            assert!(shown::<Share>(text).is_err(), "{text}");
        }
    }
}
