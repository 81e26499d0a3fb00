//! How often and how long things are tried and kept.

use std::path::Path;
use std::time::Duration;

use onevent_lifecycle::RetryPolicy;

use super::limit::duration;
use super::setting_value::{Invalid, SettingValue, Written};

/// How often a queued function is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryCount(u32);

/// How long a retry waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryWait(Duration);

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptFor(Duration);

impl RetryCount {
    /// What fails so often fails for ever.
    const MOST: u32 = 100;

    /// A count that is within bounds already.
    pub(crate) const fn of(policy: &RetryPolicy) -> Self {
        Self(policy.max)
    }

    /// The count.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl RetryWait {
    /// A connection whose head waits longer than a day is held up by nobody's doing but the operator's.
    const MOST: Duration = Duration::from_secs(24 * 60 * 60);

    /// A wait that is within bounds already.
    pub(crate) const fn of(wait: Duration) -> Self {
        Self(wait)
    }

    /// The time.
    #[must_use]
    pub fn get(self) -> Duration {
        self.0
    }
}

impl KeptFor {
    /// Less would remove what somebody just looks at.
    const LEAST: Duration = Duration::from_secs(60 * 60);
    /// Ten years, and a little more.
    const MOST: Duration = Duration::from_secs(3_660 * 24 * 60 * 60);

    /// A time that is within bounds already.
    pub(crate) const fn of(time: Duration) -> Self {
        Self(time)
    }

    /// The time.
    #[must_use]
    pub fn get(self) -> Duration {
        self.0
    }
}

impl SettingValue for RetryCount {
    const DESCRIPTION: &str = "a number like 5";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let count = text.parse().ok().filter(|count| *count <= Self::MOST);
        count.map(Self).ok_or_else(|| {
            Invalid::new(
                format!("is {text:?}, which is no number from 0 to {}", Self::MOST),
                "write it like 5",
            )
        })
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

impl SettingValue for RetryWait {
    const DESCRIPTION: &str = "a time like \"5s\"";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let time = duration(text)?;
        if time > Self::MOST {
            return Err(Invalid::new(format!("is {text:?}, which is more than a day"), "write it like 5s"));
        }
        Ok(Self(time))
    }

    fn shown(&self) -> String {
        humantime::format_duration(self.0).to_string()
    }
}

impl SettingValue for KeptFor {
    const DESCRIPTION: &str = "a time like \"30days\"";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let time = duration(text)?;
        if !(Self::LEAST..=Self::MOST).contains(&time) {
            let message = format!("is {text:?}, which is less than an hour or more than ten years");
            return Err(Invalid::new(message, "write it like 30days"));
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
