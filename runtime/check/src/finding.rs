//! One thing to mend.

use std::borrow::Cow;
use std::sync::Arc;

use crate::code::{Code, Severity};
use crate::place::Place;

/// One thing to mend, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A [`Code`], or what another program calls it: `TS2322`.
    pub code: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// The path inside the project.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub next: Option<String>,
    /// The file's text, for a code frame.
    pub source: Option<Arc<str>>,
}

impl Finding {
    pub(crate) fn new(code: Code, place: Place, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            code: Cow::Borrowed(code.as_str()),
            severity: code.severity(),
            file: place.file,
            line: place.line,
            column: place.column,
            message: message.into(),
            next: Some(next.into()),
            source: Some(place.text),
        }
    }
}
