//! `--junit`: the results in the XML form that build servers read.

use std::fmt::Write as _;
use std::path::Path;

use super::{Document, Status, TestResult};
use crate::failure::Failure;

/// Writes the file.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(path: &Path, document: &Document) -> Result<(), Failure> {
    std::fs::write(path, xml(document)).map_err(|error| {
        Failure::usage("junit_unwritable", format!("--junit: {} cannot be written: {error}", path.display()))
    })
}

fn xml(document: &Document) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\"",
        document.tests.len(),
        document.failed,
        document.skipped,
        document.duration.as_secs_f64(),
    );
    // A String takes every write.
    let _ = writeln!(text, "<testsuites {counts}>\n  <testsuite name=\"onevent\" {counts}>");
    document.tests.iter().for_each(|test| text.push_str(&case(test)));
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn case(test: &TestResult) -> String {
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"{:.3}\"",
        escaped(&test.integration),
        escaped(&test.function),
        escaped(&test.fixture),
        test.duration.as_secs_f64(),
    );
    let message = test.message.as_deref().unwrap_or_default();
    let first = escaped(message.lines().next().unwrap_or_default());
    match test.status {
        Status::Passed => format!("{head}/>\n"),
        Status::Skipped => format!("{head}>\n      <skipped message=\"{first}\"/>\n    </testcase>\n"),
        Status::Failed => format!(
            "{head}>\n      <failure message=\"{first}\">{}</failure>\n    </testcase>\n",
            escaped(message)
        ),
    }
}

/// A text for XML 1.0, where most control characters cannot stand at all.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
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
            message: Some("a < \"b\"\n</failure>\u{1b}".into()),
        };
        assert_eq!(
            case(&test),
            "    <testcase classname=\"crm\" name=\"setup\" file=\"crm/tests/setup.test.json\" time=\"0.012\">\n      \
             <failure message=\"a &lt; &quot;b&quot;\">a &lt; &quot;b&quot;\n&lt;/failure&gt;\u{fffd}</failure>\n    </testcase>\n"
        );
    }
}
