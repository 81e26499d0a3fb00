//! Why a command could not do its work, as one value that both forms of output are made from.

mod advice;
mod load;
mod remote;
mod service;
mod store;

use std::borrow::Cow;
use std::fmt;

use onevent_app::{Blame, ConfigError, Location};

pub(crate) use self::advice::with_credentials;
use crate::exit::ExitCode;

/// A command's error: a stable code, words, advice, and the place where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Stable, `snake_case`; programs may compare it.
    pub(crate) code: Cow<'static, str>,
    /// What is wrong, in one sentence.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// Where it is, if it is in a file.
    pub(crate) location: Option<Box<Location>>,
    /// How the process ends.
    pub(crate) exit: ExitCode,
}

impl Failure {
    /// An error that ends the process with `exit`.
    pub(crate) fn new(
        exit: ExitCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self { code: code.into(), message: message.into(), hint: None, location: None, exit }
    }

    /// The command line or the environment is wrong.
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, code, message)
    }

    /// The project or one of its files is wrong.
    pub(crate) fn project(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ExitCode::Project, code, message)
    }

    /// onevent's own fault.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Internal, "internal_error", message)
    }

    /// The process was asked to stop. Which signal it was decides about the exit code.
    pub(crate) fn interrupted(consequence: &str) -> Self {
        Self::new(ExitCode::Interrupted, "interrupted", format!("interrupted: {consequence}"))
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

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let exit = match error.blame() {
            Blame::Caller => ExitCode::Usage,
            Blame::Project => ExitCode::Project,
            Blame::Internal => ExitCode::Internal,
        };
        let location = error.location().cloned().map(Box::new);
        let code = Cow::Borrowed(error.code());
        Self { code, message: error.to_string(), hint: error.hint(), location, exit }
    }
}
