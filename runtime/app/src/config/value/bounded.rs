//! Numbers, times and sizes that have a smallest and a largest value.

use std::fmt;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use super::limit::{duration, exact_size, size};
use super::setting_value::{Invalid, SettingValue, Written};

/// What is counted, timed or weighed, as it is written and shown.
pub trait Measure: Copy + PartialOrd + fmt::Debug + Send + Sync + 'static {
    /// Reads a text; `None` where the range has to be said, because it is no such number.
    ///
    /// # Errors
    /// In words of its own, where those say more than the range.
    fn read(text: &str) -> Result<Option<Self>, Invalid>;

    /// As a text that is read again.
    fn written(self) -> String;
}

/// The range of one kind of values.
pub trait Bounds: 'static {
    /// What is bounded.
    type Number: Measure;
    /// The smallest one.
    const LEAST: Self::Number;
    /// The largest one.
    const MOST: Self::Number;
    /// What they are, for people.
    const DESCRIPTION: &'static str;
    /// What one outside of the range is, after `which`.
    const OUTSIDE: &'static str;
    /// One of them.
    const EXAMPLE: &'static str;
}

/// A value within its bounds.
pub struct Bounded<B: Bounds>(B::Number);

impl<B: Bounds> Bounded<B> {
    /// A value that is within its bounds already.
    pub(crate) const fn of(number: B::Number) -> Self {
        Self(number)
    }

    /// The value.
    #[must_use]
    pub fn get(self) -> B::Number {
        self.0
    }
}

impl<B: Bounds> Clone for Bounded<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B: Bounds> Copy for Bounded<B> {}

impl<B: Bounds> PartialEq for Bounded<B> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<B: Bounds> Eq for Bounded<B> {}

impl<B: Bounds> fmt::Debug for Bounded<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<B: Bounds> SettingValue for Bounded<B> {
    const DESCRIPTION: &str = B::DESCRIPTION;
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let number = B::Number::read(text)?;
        let within = number.filter(|number| (B::LEAST..=B::MOST).contains(number));
        within.map(Self).ok_or_else(|| {
            Invalid::new(
                format!("is {text:?}, which is {}", B::OUTSIDE),
                format!("write it like {}", B::EXAMPLE),
            )
        })
    }

    fn shown(&self) -> String {
        self.0.written()
    }
}

impl Measure for u32 {
    fn read(text: &str) -> Result<Option<Self>, Invalid> {
        Ok(text.parse().ok())
    }

    fn written(self) -> String {
        self.to_string()
    }
}

impl Measure for NonZeroU32 {
    fn read(text: &str) -> Result<Option<Self>, Invalid> {
        Ok(text.parse().ok())
    }

    fn written(self) -> String {
        self.to_string()
    }
}

/// A time.
impl Measure for Duration {
    fn read(text: &str) -> Result<Option<Self>, Invalid> {
        duration(text).map(Some)
    }

    fn written(self) -> String {
        humantime::format_duration(self).to_string()
    }
}

/// A size in bytes.
impl Measure for u64 {
    fn read(text: &str) -> Result<Option<Self>, Invalid> {
        size(text).map(Some)
    }

    fn written(self) -> String {
        exact_size(self)
    }
}
