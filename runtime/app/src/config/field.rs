//! One field of the settings, as reading and showing see it: whatever its type is.

use std::path::Path;

use serde_json::Value as Json;

use super::origin::{Origin, Sourced};
use super::value::{Invalid, SettingValue, Written};

/// A value as it is shown, secrets replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// For people.
    pub text: String,
    /// For programs: a text, or a list of texts.
    pub json: Json,
    /// Where it comes from.
    pub origin: Origin,
}

/// How the values of a type are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// What they are, for people.
    pub(super) description: &'static str,
    /// How they are written in TOML.
    pub(super) written: Written,
}

/// A field of the settings. Its type says how its value is read; nothing of another type can be put into it.
pub(super) trait Field {
    /// How its values are written.
    fn form(&self) -> Form;

    /// Whether a text is a value of its type.
    fn check(&self, text: &str, base: &Path) -> Result<(), Invalid>;

    /// Reads a value and keeps it.
    fn set(&mut self, text: &str, base: &Path, origin: Origin) -> Result<(), Invalid>;

    /// The value, if it has one.
    fn shown(&self) -> Option<Shown>;
}

/// A field that always has a value.
impl<T: SettingValue> Field for Sourced<T> {
    fn form(&self) -> Form {
        Form { description: T::DESCRIPTION, written: T::WRITTEN }
    }

    fn check(&self, text: &str, base: &Path) -> Result<(), Invalid> {
        T::parse(text, base).map(drop)
    }

    fn set(&mut self, text: &str, base: &Path, origin: Origin) -> Result<(), Invalid> {
        *self = Self { value: T::parse(text, base)?, origin };
        Ok(())
    }

    fn shown(&self) -> Option<Shown> {
        Some(Shown {
            text: self.value.shown(),
            json: self.value.shown_as_json(),
            origin: self.origin.clone(),
        })
    }
}

/// A field that may have none.
impl<T: SettingValue> Field for Option<Sourced<T>> {
    fn form(&self) -> Form {
        Form { description: T::DESCRIPTION, written: T::WRITTEN }
    }

    fn check(&self, text: &str, base: &Path) -> Result<(), Invalid> {
        T::parse(text, base).map(drop)
    }

    fn set(&mut self, text: &str, base: &Path, origin: Origin) -> Result<(), Invalid> {
        *self = Some(Sourced { value: T::parse(text, base)?, origin });
        Ok(())
    }

    fn shown(&self) -> Option<Shown> {
        self.as_ref().and_then(Field::shown)
    }
}
