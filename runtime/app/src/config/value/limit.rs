//! What one run may use. A value is checked alone, with the other limits at their defaults.

use std::path::Path;
use std::time::Duration;

use bytesize::ByteSize;
use onevent_contract::Limits;

use super::setting_value::{Invalid, SettingValue, Written};

/// Wall-clock time of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallLimit(Duration);

/// CPU time of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuLimit(Duration);

/// JavaScript heap of one run, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeapLimit(u64);

impl WallLimit {
    /// The limit that holds where nothing else is said.
    pub const DEFAULT: Self = Self(Limits::DEFAULT_WALL);

    /// The time.
    #[must_use]
    pub fn get(self) -> Duration {
        self.0
    }
}

impl CpuLimit {
    /// The limit that holds where nothing else is said.
    pub const DEFAULT: Self = Self(Limits::DEFAULT_CPU);

    /// The time.
    #[must_use]
    pub fn get(self) -> Duration {
        self.0
    }
}

impl HeapLimit {
    /// The limit that holds where nothing else is said.
    pub const DEFAULT: Self = Self(Limits::DEFAULT_HEAP_BYTES);

    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl SettingValue for WallLimit {
    const DESCRIPTION: &str = "a time like \"10s\"";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let wall = duration(text)?;
        within(&Limits { wall, ..Limits::default() })?;
        Ok(Self(wall))
    }

    fn shown(&self) -> String {
        humantime::format_duration(self.0).to_string()
    }
}

impl SettingValue for CpuLimit {
    const DESCRIPTION: &str = "a time like \"10s\"";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let cpu = duration(text)?;
        within(&Limits { cpu, ..Limits::default() })?;
        Ok(Self(cpu))
    }

    fn shown(&self) -> String {
        humantime::format_duration(self.0).to_string()
    }
}

impl SettingValue for HeapLimit {
    const DESCRIPTION: &str = "a size like \"128MiB\"";
    const WRITTEN: Written = Written::TextOrNumber;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let heap_bytes = size(text)?;
        within(&Limits { heap_bytes, ..Limits::default() })?;
        Ok(Self(heap_bytes))
    }

    fn shown(&self) -> String {
        exact_size(self.0)
    }
}

fn within(limits: &Limits) -> Result<(), Invalid> {
    limits.check().map_err(Invalid::OutOfBounds)
}

pub(super) fn duration(text: &str) -> Result<Duration, Invalid> {
    humantime::parse_duration(text).map_err(|error| {
        Invalid::new(format!("is {text:?}, which is no time: {error}"), "write it like 500ms, 10s or 5m")
    })
}

pub(super) fn size(text: &str) -> Result<u64, Invalid> {
    text.parse::<ByteSize>().map(|size| size.as_u64()).map_err(|error| {
        Invalid::new(format!("is {text:?}, which is no size: {error}"), "write it like 64MiB or 1GiB")
    })
}

/// The size in the largest unit that divides it, so that what is shown is what is meant.
pub(super) fn exact_size(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let whole = units.into_iter().find(|(_, unit)| bytes > 0 && bytes.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{bytes}B"), |(name, unit)| format!("{}{name}", bytes / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: SettingValue>(text: &str) -> Result<String, Invalid> {
        T::parse(text, Path::new("/base")).map(|value| value.shown())
    }

    #[test]
    fn limits_are_read_and_shown_again() {
        assert_eq!(shown::<WallLimit>("300s").unwrap(), "5m");
        assert_eq!(shown::<CpuLimit>("1500ms").unwrap(), "1s 500ms");
        assert_eq!(shown::<HeapLimit>("134217728").unwrap(), "128MiB");
        assert_eq!(shown::<HeapLimit>("100000001").unwrap(), "100000001B");
    }

    #[test]
    fn a_wrong_value_is_told_with_what_to_write() {
        let Err(Invalid::Unreadable { message, hint }) = shown::<WallLimit>("10") else { panic!("read") };
        assert!(message.contains("no time") && hint.unwrap().contains("10s"));
        for text in ["soon", "-5s", "1e99999", "99999999999999999999h", "584942417356y", "", "∞"] {
            assert!(matches!(shown::<WallLimit>(text), Err(Invalid::Unreadable { .. })), "{text}");
        }
        for text in ["much", "-1", "1 GiB GiB", "NaN", "inf", ""] {
            assert!(matches!(shown::<HeapLimit>(text), Err(Invalid::Unreadable { .. })), "{text}");
        }
    }

    #[test]
    fn what_no_process_survives_cannot_be_set() {
        for text in ["0s", "25h", "292277026596y", "9999999999999s", "18446744073709551615s"] {
            assert!(matches!(shown::<WallLimit>(text), Err(Invalid::OutOfBounds(_))), "{text}");
            assert!(matches!(shown::<CpuLimit>(text), Err(Invalid::OutOfBounds(_))), "{text}");
        }
        for text in ["0", "1", "15MiB", "4GiB 1B", "5GiB", "8EiB", "16EiB", "99999999999999999999GiB"] {
            assert!(shown::<HeapLimit>(text).is_err(), "{text}");
        }
        for text in ["16MiB", "4GiB"] {
            assert!(shown::<HeapLimit>(text).is_ok(), "{text}");
        }
        for text in ["1ns", "24h"] {
            assert!(shown::<WallLimit>(text).is_ok() && shown::<CpuLimit>(text).is_ok(), "{text}");
        }
    }
}
