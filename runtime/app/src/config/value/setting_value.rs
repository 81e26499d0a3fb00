//! What a type of values has: how it is written, read and shown; and the types that are not ours.

use std::path::{Path, PathBuf};

use onevent_contract::{EnvironmentName, LimitsError, Secret};
use onevent_store::{DatabaseUrl, DatabaseUrlError, SchemaName, SchemaNameError};
use serde_json::Value as Json;

/// What is shown instead of a secret.
const REDACTED: &str = "[redacted]";

/// Where a value may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Secrecy {
    /// Anywhere, and it is shown.
    Open,
    /// Not on the command line, where other users can read it; it is never shown.
    Secret,
    /// Not in `onevent.toml` either.
    VariableOnly,
}

/// How a value is written in TOML; everywhere else it is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Written {
    /// `"a text"`.
    Text,
    /// `"a text"`, or a number alone.
    TextOrNumber,
    /// `true` or `false`.
    Boolean,
    /// `["several", "texts"]`, separated by commas outside of TOML.
    List,
}

/// Why a text is not a value of its type. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// It cannot be read.
    Unreadable {
        /// What is wrong: the end of a sentence that starts with the setting's name.
        message: String,
        /// What to write instead.
        hint: Option<String>,
    },
    /// No run could start under it, or the process could not survive one.
    OutOfBounds(LimitsError),
}

impl Invalid {
    /// What to write instead.
    pub(crate) fn hint(&self) -> Option<&str> {
        match self {
            Self::Unreadable { hint, .. } => hint.as_deref(),
            Self::OutOfBounds(_) => None,
        }
    }

    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unreadable { message: message.into(), hint: Some(hint.into()) }
    }
}

/// The type of a setting's value.
pub(in crate::config) trait SettingValue: Sized {
    /// What such a value is, for people: `a time like "10s"`.
    const DESCRIPTION: &str;
    /// How it is written in TOML.
    const WRITTEN: Written = Written::Text;

    /// Reads a value. `base` is the folder that relative paths start from.
    fn parse(text: &str, base: &Path) -> Result<Self, Invalid>;

    /// As it is shown; a secret is replaced.
    fn shown(&self) -> String;

    /// The same as JSON.
    fn shown_as_json(&self) -> Json {
        Json::from(self.shown())
    }
}

impl SettingValue for String {
    const DESCRIPTION: &str = "a text";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::Unreadable { message: "is empty".into(), hint: None });
        }
        Ok(text.to_owned())
    }

    fn shown(&self) -> String {
        self.clone()
    }
}

impl SettingValue for bool {
    const DESCRIPTION: &str = "true or false";
    const WRITTEN: Written = Written::Boolean;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        text.parse().map_err(|_| {
            Invalid::new(format!("is {text:?}, which is neither true nor false"), "write true or false")
        })
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for EnvironmentName {
    const DESCRIPTION: &str = "a name";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        Self::new(text).map_err(|error| Invalid::Unreadable {
            message: format!("is no environment: {error}"),
            hint: None,
        })
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for DatabaseUrl {
    const DESCRIPTION: &str =
        "a database URL like \"sqlite:data/onevent.sqlite3\" or \"postgres://onevent@db.internal/onevent\"";

    fn parse(text: &str, base: &Path) -> Result<Self, Invalid> {
        // The text is not repeated: the URL of a database may hold a password.
        let url: Self = text.parse().map_err(|error: DatabaseUrlError| {
            Invalid::new(
                format!("cannot be used: {error}"),
                "for example sqlite:data/onevent.sqlite3 or postgres://onevent@db.internal/onevent",
            )
        })?;
        Ok(match url.file() {
            Some(path) => Self::sqlite(base.join(path)),
            None => url,
        })
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for SchemaName {
    const DESCRIPTION: &str = "the name of a schema, like \"onevent\"";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        text.parse().map_err(|error: SchemaNameError| {
            Invalid::new(format!("cannot be used: {error}"), "for example onevent")
        })
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for PathBuf {
    const DESCRIPTION: &str = "a path";

    fn parse(text: &str, base: &Path) -> Result<Self, Invalid> {
        Ok(base.join(text))
    }

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl SettingValue for Secret {
    const DESCRIPTION: &str = "a text (secret)";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        Ok(Self::new(text))
    }

    fn shown(&self) -> String {
        REDACTED.to_owned()
    }
}
