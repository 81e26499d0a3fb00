//! The summary for people.

use onevent_testing::{FoundFixture, Status, TestReport, TestResult};

use crate::output::{BAD, DIM, GOOD, NAME, WARN, clean, paint, timings_line, took};

/// One line for each test, what went wrong below it, and the count.
pub(super) fn summary(report: &TestReport) -> String {
    let mut text: String = report.tests.iter().map(line).collect();
    let count = |number: usize, word: &str, style| {
        let shown = format!("{number} {word}");
        if number == 0 { paint(DIM, &shown) } else { paint(style, &shown) }
    };
    text.push_str(&format!(
        "\n{}, {}, {} in {}\n",
        count(report.passed, "passed", GOOD),
        count(report.failed, "failed", BAD),
        count(report.skipped, "skipped", WARN),
        took(report.duration.as_secs_f64() * 1e3),
    ));
    text
}

fn line(test: &TestResult) -> String {
    let mark = match test.status {
        Status::Passed => paint(GOOD, "✓"),
        Status::Failed => paint(BAD, "✗"),
        Status::Skipped => paint(WARN, "-"),
    };
    let name = clean(&format!("{}/{}", test.integration, test.function));
    let case = FoundFixture::case(&test.integration, &test.function, &test.fixture);
    let case = case.map(|case| format!(" {}", clean(&case))).unwrap_or_default();
    let duration = paint(DIM, &took(test.duration.as_secs_f64() * 1e3));
    let mut text = format!("{mark} {}{case}  {duration}\n", paint(NAME, &name));
    if let Some(timings) = &test.timings {
        text.push_str(&format!("    {}\n", paint(DIM, &timings_line(timings))));
    }
    if let Some(message) = &test.message {
        for line in clean(message).lines() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}
