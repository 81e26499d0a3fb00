//! Findings for people.

use onevent_check::{Finding, Severity};

use crate::output::{BAD, DIM, GOOD, WARN, paint, render_finding};

/// Each with its code, how many there are, and why types were not checked.
pub(super) fn findings(
    findings: &[Finding],
    functions: usize,
    files: usize,
    unchecked: Option<&str>,
) -> String {
    let mut text: String = findings.iter().map(render_finding).collect();
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let counts = [
        (count(Severity::Error), "error", BAD),
        (count(Severity::Warning), "warning", WARN),
        (count(Severity::Note), "note", anstyle::Style::new()),
    ];
    let counts = counts.into_iter().filter(|(count, _, _)| *count > 0);
    let counts: Vec<String> =
        counts.map(|(count, word, style)| paint(style, &several(count, word))).collect();
    let found = if counts.is_empty() { paint(GOOD, "nothing found") } else { counts.join(", ") };
    text.push_str(&format!("{found} in {} ({})\n", several(functions, "function"), several(files, "file")));
    if let Some(why) = unchecked {
        text.push_str(&format!("{}\n", paint(DIM, why)));
    }
    text
}

fn several(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
