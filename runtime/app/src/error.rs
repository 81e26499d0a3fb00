//! Why the settings, the project's folder or an integration cannot be used.

use std::borrow::Cow;
use std::fmt;

use crate::location::Location;

/// Whose mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The command line's or the environment's.
    Caller,
    /// The project's, or one of its files'.
    Project,
    /// onevent's own.
    Internal,
}

/// A mistake in what is configured: a stable code, words, advice, and the place where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Stable, `snake_case`; programs may compare it.
    pub code: Cow<'static, str>,
    /// What is wrong, in one sentence. It never holds a secret.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where it is, if it is in a file.
    pub location: Option<Box<Location>>,
    /// Whose mistake it is.
    pub blame: Blame,
}

impl ConfigError {
    fn new(blame: Blame, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), hint: None, location: None, blame }
    }

    /// The command line or the environment is wrong.
    pub(crate) fn usage(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Blame::Caller, code, message)
    }

    /// The project or one of its files is wrong.
    pub(crate) fn project(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Blame::Project, code, message)
    }

    /// onevent's own fault.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Blame::Internal, "internal_error", message)
    }

    /// Adds advice.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds advice where there is some.
    pub(crate) fn hint_if(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into).or(self.hint);
        self
    }

    /// Says where it is.
    pub(crate) fn at(mut self, location: Location) -> Self {
        self.location = Some(Box::new(location));
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}
