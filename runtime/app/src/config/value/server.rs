//! What a server allows its callers.

use std::num::NonZeroU32;
use std::time::Duration;

use super::bounded::{Bounded, Bounds};

/// The largest JSON body that is read, in bytes.
pub type BodyLimit = Bounded<BodySizes>;
/// How many requests one key may make in a minute.
pub type RequestRate = Bounded<RequestRates>;
/// How long runs have to come to their end when the server is asked to stop.
pub type DrainTime = Bounded<DrainTimes>;
/// What isolates that wait for their run may hold together, in bytes; with 0 none wait.
pub type PrewarmedMemory = Bounded<PrewarmedSizes>;

/// A server that takes less cannot take a connection's credentials; and a body is held in memory while it is read.
#[derive(Debug)]
pub enum BodySizes {}

/// Requests in a minute.
#[derive(Debug)]
pub enum RequestRates {}

/// Nobody waits longer than an hour for a process to end.
#[derive(Debug)]
pub enum DrainTimes {}

/// None, or as much as the machine has.
#[derive(Debug)]
pub enum PrewarmedSizes {}

impl BodyLimit {
    /// Nango's: 75 MB.
    pub const DEFAULT: Self = Self::of(75 * 1024 * 1024);
}

impl RequestRate {
    /// As Nango's cloud has it for its smallest plan; more is a setting away.
    pub const DEFAULT: Self = Self::of(NonZeroU32::MIN.saturating_add(2_399));
}

impl DrainTime {
    /// As long as most supervisors wait before they kill, and a little less.
    pub const DEFAULT: Self = Self::of(Duration::from_secs(25));
}

impl PrewarmedMemory {
    /// The engine's.
    pub const DEFAULT: Self = Self::of(onevent_engine::DEFAULT_PREWARMED_BYTES);
}

impl Bounds for BodySizes {
    type Number = u64;
    const LEAST: u64 = 64 * 1024;
    const MOST: u64 = 1024 * 1024 * 1024;
    const DESCRIPTION: &'static str = "a size like \"75MiB\"";
    const OUTSIDE: &'static str = "less than 64KiB or more than 1GiB";
    const EXAMPLE: &'static str = "75MiB";
}

impl Bounds for RequestRates {
    type Number = NonZeroU32;
    const LEAST: NonZeroU32 = NonZeroU32::MIN;
    const MOST: NonZeroU32 = NonZeroU32::MAX;
    const DESCRIPTION: &'static str = "a number like 2400";
    const OUTSIDE: &'static str = "no number from 1 on";
    const EXAMPLE: &'static str = "2400";
}

impl Bounds for DrainTimes {
    type Number = Duration;
    const LEAST: Duration = Duration::ZERO;
    const MOST: Duration = Duration::from_secs(60 * 60);
    const DESCRIPTION: &'static str = "a time like \"25s\"";
    const OUTSIDE: &'static str = "more than 1h";
    const EXAMPLE: &'static str = "25s";
}

impl Bounds for PrewarmedSizes {
    type Number = u64;
    const LEAST: u64 = 0;
    const MOST: u64 = u64::MAX;
    const DESCRIPTION: &'static str = "a size like \"64MiB\", or 0";
    const OUTSIDE: &'static str = "no size";
    const EXAMPLE: &'static str = "64MiB";
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
    fn a_server_may_keep_no_isolates_ready() {
        assert_eq!(shown::<PrewarmedMemory>("64MiB").unwrap(), PrewarmedMemory::DEFAULT.shown());
        assert_eq!(PrewarmedMemory::parse("0", Path::new("")).unwrap().get(), 0);
        assert!(shown::<PrewarmedMemory>("much").is_err());
    }

    #[test]
    fn what_a_server_could_not_live_with_cannot_be_set() {
        assert_eq!(shown::<BodyLimit>("75MiB").unwrap(), BodyLimit::DEFAULT.shown());
        for text in ["1", "63KiB", "1025MiB", "16EiB", "-1", ""] {
            assert!(shown::<BodyLimit>(text).is_err(), "{text}");
        }
        assert_eq!(shown::<RequestRate>("2400").unwrap(), RequestRate::DEFAULT.shown());
        for text in ["0", "-1", "4294967296", "many", ""] {
            assert!(shown::<RequestRate>(text).is_err(), "{text}");
        }
        assert_eq!(shown::<DrainTime>("25s").unwrap(), DrainTime::DEFAULT.shown());
        assert_eq!(shown::<DrainTime>("0s").unwrap(), "0s");
        for text in ["61m", "292277026596y", "soon"] {
            assert!(shown::<DrainTime>(text).is_err(), "{text}");
        }
    }
}
