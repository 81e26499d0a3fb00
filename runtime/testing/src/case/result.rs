//! What came of the tests.

use std::time::Duration;

use onevent_contract::Timings;
use serde::{Serialize, Serializer};

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As recorded.
    Passed,
    /// Otherwise than recorded, or not at all.
    Failed,
    /// It is of no function that could run.
    Skipped,
}

/// One test, after it ended.
#[derive(Debug, Clone, Serialize)]
pub struct TestResult {
    /// The integration.
    pub integration: String,
    /// The function's name.
    pub function: String,
    /// `on-event` or `action`; `sync` of a function that is not supported; null where there is no such function.
    pub kind: Option<&'static str>,
    /// The fixture's path in the project.
    pub fixture: String,
    /// How it ended.
    pub status: Status,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
    /// Why it did not pass, or what to look at although it did.
    pub message: Option<String>,
    /// Where the time of its run went, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
}

/// All tests: `docs/schemas/test.json`.
#[derive(Debug, Clone, Serialize)]
pub struct TestReport {
    /// So many passed.
    pub passed: usize,
    /// So many failed.
    pub failed: usize,
    /// So many were skipped.
    pub skipped: usize,
    /// How long all of them took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
    /// Each.
    pub tests: Vec<TestResult>,
}

impl TestReport {
    /// Counts the results.
    #[must_use]
    pub fn new(tests: Vec<TestResult>, duration: Duration) -> Self {
        let count = |status| tests.iter().filter(|test| test.status == status).count();
        Self {
            passed: count(Status::Passed),
            failed: count(Status::Failed),
            skipped: count(Status::Skipped),
            duration,
            tests,
        }
    }
}

fn milliseconds<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((value.as_secs_f64() * 1e6).round() / 1e3)
}
