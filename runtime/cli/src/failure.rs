//! Why a command could not do its work, as one value that both forms of output are made from.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::exit::ExitCode;
use crate::place::Place;

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
    pub(crate) place: Option<Box<Place>>,
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
        Self { code: code.into(), message: message.into(), hint: None, place: None, exit }
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
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The JSON form of a failure: `docs/schemas/error.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorDocument<'a> {
    schema_version: u32,
    error: ErrorBody<'a>,
}

/// A failure inside a document.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorBody<'a> {
    code: &'a str,
    message: &'a str,
    hint: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
}

impl<'a> From<&'a Failure> for ErrorBody<'a> {
    fn from(failure: &'a Failure) -> Self {
        let place = failure.place.as_deref();
        Self {
            code: &failure.code,
            message: &failure.message,
            hint: failure.hint.as_deref(),
            file: place.map(|place| place.file.as_str()),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        }
    }
}

impl<'a> From<&'a Failure> for ErrorDocument<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self { schema_version: crate::output::SCHEMA_VERSION, error: failure.into() }
    }
}
