//! How often and how long things are tried and kept.

use std::time::Duration;

use super::bounded::{Bounded, Bounds};

/// How often a queued function is tried again.
pub type RetryCount = Bounded<RetryCounts>;
/// How long a retry waits.
pub type RetryWait = Bounded<RetryWaits>;
/// How long something is kept.
pub type KeptFor = Bounded<KeptTimes>;

/// What fails more often than the largest of them fails for ever.
#[derive(Debug)]
pub enum RetryCounts {}

/// A connection whose head waits longer than a day is held up by nobody's doing but the operator's.
#[derive(Debug)]
pub enum RetryWaits {}

/// Less would remove what somebody just looks at; and ten years, and a little more.
#[derive(Debug)]
pub enum KeptTimes {}

impl Bounds for RetryCounts {
    type Number = u32;
    const LEAST: u32 = 0;
    const MOST: u32 = 100;
    const DESCRIPTION: &'static str = "a number like 5";
    const OUTSIDE: &'static str = "no number from 0 to 100";
    const EXAMPLE: &'static str = "5";
}

impl Bounds for RetryWaits {
    type Number = Duration;
    const LEAST: Duration = Duration::ZERO;
    const MOST: Duration = Duration::from_secs(24 * 60 * 60);
    const DESCRIPTION: &'static str = "a time like \"5s\"";
    const OUTSIDE: &'static str = "more than a day";
    const EXAMPLE: &'static str = "5s";
}

impl Bounds for KeptTimes {
    type Number = Duration;
    const LEAST: Duration = Duration::from_secs(60 * 60);
    const MOST: Duration = Duration::from_secs(3_660 * 24 * 60 * 60);
    const DESCRIPTION: &'static str = "a time like \"30days\"";
    const OUTSIDE: &'static str = "less than an hour or more than ten years";
    const EXAMPLE: &'static str = "30days";
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
    fn counts_and_times_have_bounds() {
        assert_eq!(shown::<RetryCount>("0").unwrap(), "0");
        assert_eq!(shown::<RetryCount>("100").unwrap(), "100");
        assert_eq!(shown::<RetryWait>("90s").unwrap(), "1m 30s");
        assert_eq!(shown::<KeptFor>("30days").unwrap(), "30days");
        for text in ["-1", "101", "many", ""] {
            assert!(shown::<RetryCount>(text).is_err(), "{text}");
        }
        for text in ["25h", "soon", ""] {
            assert!(shown::<RetryWait>(text).is_err(), "{text}");
        }
        for text in ["59m", "11y", "292277026596y", ""] {
            assert!(shown::<KeptFor>(text).is_err(), "{text}");
        }
    }
}
