//! The results in the XML form that build servers read.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use thiserror::Error;

use super::result::{Status, TestReport, TestResult};

/// The results cannot be written as XML.
#[derive(Debug, Error)]
#[error("the results are no XML: {0}")]
pub struct JunitError(String);

/// The results as JUnit XML.
///
/// # Errors
/// When they cannot be written as XML.
pub fn junit_xml(tests: &TestReport) -> Result<String, JunitError> {
    report(tests).to_string().map_err(|error| JunitError(error.to_string()))
}

fn report(tests: &TestReport) -> Report {
    let mut suite = TestSuite::new("onevent");
    suite.set_time(tests.duration).add_test_cases(tests.tests.iter().map(case));
    let mut report = Report::new("onevent");
    report.set_time(tests.duration).add_test_suite(suite);
    report
}

fn case(test: &TestResult) -> TestCase {
    let mut case = TestCase::new(test.function.as_str(), status(test));
    case.set_classname(test.integration.as_str()).set_time(test.duration);
    // Build servers that show where a test lies read this attribute; the format knows no other place for it.
    case.extra.insert("file".into(), test.fixture.as_str().into());
    case
}

fn status(test: &TestResult) -> TestCaseStatus {
    let message = test.message.as_deref().unwrap_or_default();
    let mut status = match test.status {
        Status::Passed => return TestCaseStatus::success(),
        Status::Skipped => TestCaseStatus::skipped(),
        Status::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    status.set_message(message.lines().next().unwrap_or_default());
    if test.status == Status::Failed {
        status.set_description(message);
    }
    status
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_message_cannot_end_its_element() {
        let test = TestResult {
            integration: "crm".into(),
            function: "setup".into(),
            kind: Some("on-event"),
            fixture: "crm/tests/setup.test.json".into(),
            status: Status::Failed,
            duration: Duration::from_millis(12),
            message: Some("a < \"b\"\n</failure>]]>\u{1b}[0m".into()),
            timings: None,
        };
        let tests = TestReport {
            passed: 0,
            failed: 1,
            skipped: 0,
            duration: Duration::from_millis(20),
            tests: vec![test],
        };
        let xml = junit_xml(&tests).unwrap();
        assert!(xml.contains("tests=\"1\"") && xml.contains("failures=\"1\""), "{xml}");
        assert!(xml.contains("file=\"crm/tests/setup.test.json\""), "{xml}");
        assert_eq!(xml.matches("</failure>").count(), 1, "{xml}");
        assert!(xml.contains("&lt;/failure&gt;]]&gt;</failure>"), "{xml}");
        let read = Report::deserialize_from_str(&xml).unwrap();
        let case = &read.test_suites[0].test_cases[0];
        assert_eq!((case.name.as_str(), case.time), ("setup", Some(Duration::from_millis(12))));
    }
}
