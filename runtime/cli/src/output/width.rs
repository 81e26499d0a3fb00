//! How wide lines for people are, and texts that fit.

use std::sync::OnceLock;

use textwrap::{Options, WordSeparator, WordSplitter};

/// The narrowest that anything is made for, in columns: below it, lines are longer than the terminal.
const NARROWEST: usize = 40;

static COLUMNS: OnceLock<Option<usize>> = OnceLock::new();

/// Says how wide lines may be, once, at the start of the process. `None`: as wide as they are, for files and pipes.
pub(crate) fn set_columns(columns: Option<usize>) {
    // The first word counts.
    let _ = COLUMNS.set(columns.map(|columns| columns.max(NARROWEST)));
}

/// How wide lines may be.
pub(super) fn columns() -> Option<usize> {
    COLUMNS.get().copied().flatten()
}

/// How many columns a text takes; what only colours it takes none.
pub(super) fn width(text: &str) -> usize {
    textwrap::core::display_width(text)
}

/// A text whose lines are no longer than they may be: what is too long goes on below, a little to the right. Words, such as
/// URLs and ids, stay whole, so that they can be copied.
pub(crate) fn wrap(text: &str) -> String {
    match columns() {
        Some(columns) => wrap_within(text, columns),
        None => text.to_owned(),
    }
}

/// A command in as many lines as it needs, which a shell reads as one.
pub(crate) fn command_lines(command: &str) -> String {
    match columns() {
        // A line that ends within quotes would be another command.
        Some(columns) if !command.contains(['\'', '"']) => continued(command, columns),
        _ => format!("  {command}\n"),
    }
}

fn continued(command: &str, columns: usize) -> String {
    const MARK: &str = " \\";
    if width(command) + 2 <= columns {
        return format!("  {command}\n");
    }
    lines(command, columns.saturating_sub(MARK.len()), "  ", "      ").join(&format!("{MARK}\n")) + "\n"
}

/// The same within so many columns.
pub(super) fn wrap_within(text: &str, columns: usize) -> String {
    let mut wrapped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches('\n');
        if width(content) <= columns {
            wrapped.push_str(line);
            continue;
        }
        let indent = content.len() - content.trim_start_matches(' ').len();
        let (first, rest) = content.split_at(indent);
        wrapped.push_str(&lines(rest, columns, first, &format!("{first}  ")).join("\n"));
        wrapped.push_str(&line[content.len()..]);
    }
    wrapped
}

/// The lines of one long line, with what is in front of the first and of the others.
pub(super) fn lines(text: &str, columns: usize, first: &str, others: &str) -> Vec<String> {
    let options = Options::new(columns)
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_go_on_below_and_words_stay_whole() {
        let url = "https://example.com/a/very/long/path/that/nobody/breaks";
        let text = format!("short\n  http [200] GET {url}  12ms\n\nend");
        let wrapped = wrap_within(&text, 40);
        assert_eq!(wrapped, format!("short\n  http [200] GET\n    {url}\n    12ms\n\nend"));
    }

    #[test]
    fn a_long_command_is_one_for_a_shell() {
        let command = "onevent connection create acme first-customer --credentials @credentials.json";
        let shown = continued(command, 60);
        assert_eq!(
            shown,
            "  onevent connection create acme first-customer \\\n      --credentials @credentials.json\n"
        );
        assert_eq!(continued(command, 80), format!("  {command}\n"));
    }

    #[test]
    fn colours_take_no_columns() {
        let text = "\u{1b}[1mone\u{1b}[0m two";
        assert_eq!((width(text), wrap_within(text, 7)), (7, text.to_owned()));
    }
}
