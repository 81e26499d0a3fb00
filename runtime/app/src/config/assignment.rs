//! What one source says about one setting, before it is read.

use std::path::Path;

use super::key::Key;
use super::origin::Origin;
use super::setting::Setting;
use super::settings::Settings;
use crate::error::ConfigError;
use crate::location::Location;

/// One text of a value.
pub(super) struct Text {
    /// The text.
    pub(super) text: String,
    /// Its place, where it is in a file.
    pub(super) location: Option<Box<Location>>,
}

impl Text {
    /// A text from outside of a file.
    pub(super) fn elsewhere(text: &str) -> Vec<Self> {
        vec![Self { text: text.to_owned(), location: None }]
    }
}

/// A setting and the text of its value. The text may be a secret: it has no `Debug`.
pub(super) struct Assignment<'a> {
    /// The full name.
    pub(super) key: Key,
    /// The row of the table.
    pub(super) setting: &'static Setting,
    /// The texts of the value: one, or those of a list.
    pub(super) texts: Vec<Text>,
    /// How the source names the setting, at the beginning of a sentence.
    pub(super) subject: String,
    /// Where it is set.
    pub(super) origin: Origin,
    /// The folder that relative paths start from.
    pub(super) base: &'a Path,
}

impl Assignment<'_> {
    /// Reads the value and puts it into its field.
    ///
    /// # Errors
    /// It is no value of the field's type, or its key holds a name that is none.
    pub(super) fn apply(self, settings: &mut Settings) -> Result<(), ConfigError> {
        let Self { key, setting, texts, subject, origin, base } = self;
        let field = setting
            .field(settings, setting.name_in(&key))
            .map_err(|error| ConfigError::InvalidName { error, origin: origin.clone() })?;
        // Each item of a list is told apart, at its own place.
        for Text { text, location } in &texts {
            field.check(text, base).map_err(|invalid| ConfigError::Invalid {
                subject: subject.clone(),
                origin: origin.clone(),
                location: location.clone(),
                invalid,
            })?;
        }
        let whole: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
        field.set(&whole.join(","), base, origin.clone()).map_err(|invalid| ConfigError::Invalid {
            subject,
            origin,
            location: None,
            invalid,
        })
    }
}
