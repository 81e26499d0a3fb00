//! Findings, in both forms.

use onevent_app::Location;
use onevent_check::{Finding, Severity};
use serde::Serialize;

use super::frame;

/// A finding inside a document: `docs/schemas/check.json`.
#[derive(Debug, Serialize)]
pub(crate) struct FindingDocument<'a> {
    code: &'a str,
    severity: Severity,
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
    /// What to do.
    next: Option<&'a str>,
}

impl<'a> From<&'a Finding> for FindingDocument<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            code: &finding.code,
            severity: finding.severity,
            file: &finding.file,
            line: finding.line,
            column: finding.column,
            message: &finding.message,
            next: finding.next.as_deref(),
        }
    }
}

/// Where a finding is.
pub(crate) fn place_of(finding: &Finding) -> Location {
    match &finding.source {
        Some(text) => Location::of_position(&finding.file, text, finding.line, finding.column),
        None => Location::without_text(&finding.file, finding.line as usize, finding.column as usize),
    }
}

/// A finding with its code frame.
pub(crate) fn render(finding: &Finding) -> String {
    let place = place_of(finding);
    frame::finding(finding.severity, &finding.code, &finding.message, &place, finding.next.as_deref())
}
