//! Colours, and texts made safe for a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;

/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What to look at.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// What is there for completeness.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Names of things.
pub(crate) const NAME: Style = Style::new().bold();

/// The text in a style. The output removes it where it does not go to a terminal.
pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A text from a function, a provider or a file, made harmless for a terminal: control characters and marks
/// that reorder text are written out. Line ends and tabs stay.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        let reorders = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if reorders || (character.is_control() && !matches!(character, '\n' | '\t')) {
            // A String takes every write.
            let _ = write!(cleaned, "{}", character.escape_unicode());
        } else {
            cleaned.push(character);
        }
    }
    cleaned
}

/// A moment for people: whole seconds, all of one width.
pub(crate) fn when(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// A duration for people: `12ms`, `1.2s`, `2m 5s`.
pub(crate) fn took(milliseconds: f64) -> String {
    if milliseconds < 1.0 {
        format!("{milliseconds:.1}ms")
    } else if milliseconds < 1000.0 {
        format!("{milliseconds:.0}ms")
    } else if milliseconds < 60_000.0 {
        format!("{:.1}s", milliseconds / 1000.0)
    } else {
        let seconds = (milliseconds / 1000.0).round();
        format!("{}m {}s", (seconds / 60.0).floor(), seconds % 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_passes() {
        assert_eq!(clean("a\u{1b}[31mb\u{9b}c\u{202e}d\ne\tf"), "a\\u{1b}[31mb\\u{9b}c\\u{202e}d\ne\tf");
    }

    #[test]
    fn moments_have_one_width() {
        let at = |text: &str| when(text.parse().unwrap());
        assert_eq!(at("2026-01-02T03:04:05.96Z"), "2026-01-02T03:04:05Z");
        assert_eq!(at("2026-01-02T03:04:00Z"), "2026-01-02T03:04:00Z");
    }

    #[test]
    fn durations_are_short() {
        let shown: Vec<String> = [0.25, 12.4, 1234.0, 125_000.0].map(took).into();
        assert_eq!(shown, ["0.2ms", "12ms", "1.2s", "2m 5s"]);
    }
}
