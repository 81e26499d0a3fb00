//! What a server allows its callers.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use super::limit::{duration, exact_size, size};
use super::setting_value::{Invalid, SettingValue, Written};

/// The largest JSON body that is read, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(u64);

/// How many requests one key may make in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRate(NonZeroU32);

/// How long runs have to come to their end when the server is asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrainTime(Duration);

impl BodyLimit {
    /// Nango's: 75 MB.
    pub const DEFAULT: Self = Self(75 * 1024 * 1024);
    /// A server that takes less cannot take a connection's credentials.
    const LEAST: u64 = 64 * 1024;
    /// A body is held in memory while it is read.
    const MOST: u64 = 1024 * 1024 * 1024;

    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl RequestRate {
    /// As Nango's cloud has it for its smallest plan; more is a setting away.
    pub const DEFAULT: Self = Self(NonZeroU32::MIN.saturating_add(2_399));

    /// Requests in a minute.
    #[must_use]
    pub fn per_minute(self) -> NonZeroU32 {
        self.0
    }
}

impl DrainTime {
    /// As long as most supervisors wait before they kill, and a little less.
    pub const DEFAULT: Self = Self(Duration::from_secs(25));
    /// Nobody waits longer for a process to end.
    const MOST: Duration = Duration::from_secs(60 * 60);

    /// The time.
    #[must_use]
    pub fn get(self) -> Duration {
        self.0
    }
}

impl SettingValue for BodyLimit {
    const DESCRIPTION: &str = "a size like \"75MiB\"";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let bytes = size(text)?;
        if !(Self::LEAST..=Self::MOST).contains(&bytes) {
            let message = format!("is {text:?}, which is less than 64KiB or more than 1GiB");
            return Err(Invalid::new(message, "write it like 75MiB"));
        }
        Ok(Self(bytes))
    }

    fn shown(&self) -> String {
        exact_size(self.0)
    }
}

impl SettingValue for RequestRate {
    const DESCRIPTION: &str = "a number like 2400";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        text.parse().map(Self).map_err(|_| {
            Invalid::new(format!("is {text:?}, which is no number from 1 on"), "write it like 2400")
        })
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

impl SettingValue for DrainTime {
    const DESCRIPTION: &str = "a time like \"25s\"";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let time = duration(text)?;
        if time > Self::MOST {
            return Err(Invalid::new(format!("is {text:?}, which is more than 1h"), "write it like 25s"));
        }
        Ok(Self(time))
    }

    fn shown(&self) -> String {
        humantime::format_duration(self.0).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: SettingValue>(text: &str) -> Result<String, Invalid> {
        T::parse(text, Path::new("")).map(|value| value.shown())
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
