//! A failure as JSON.

use serde::Serialize;
use serde_json::Value;

use super::schema_version::SCHEMA_VERSION;
use crate::failure::Failure;

/// The JSON form of a failure: `docs/schemas/error.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorDocument<'a> {
    schema_version: u32,
    error: ErrorBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Value>,
}

impl<'a> ErrorDocument<'a> {
    /// A failure after a run: with the run's report.
    pub(crate) fn with_report(failure: &'a Failure, report: &'a Value) -> Self {
        Self { report: Some(report), ..failure.into() }
    }
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
        let location = failure.location.as_deref();
        Self {
            code: &failure.code,
            message: &failure.message,
            hint: failure.hint.as_deref(),
            file: location.map(|location| location.file.as_str()),
            line: location.map(|location| location.line),
            column: location.map(|location| location.column),
        }
    }
}

impl<'a> From<&'a Failure> for ErrorDocument<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self { schema_version: SCHEMA_VERSION, error: failure.into(), report: None }
    }
}
