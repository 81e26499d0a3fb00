//! How xtask talks: one line for each thing it does, on stderr. Colours obey `NO_COLOR` and the terminal.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

const STEP: Style = AnsiColor::Cyan.on_default().bold();
const DONE: Style = AnsiColor::Green.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const QUIET: Style = Style::new().dimmed();

fn line(style: Style, word: &str, text: impl Display) {
    // Twelve columns, as cargo's own messages: both read as one log.
    anstream::eprintln!("{style}{word:>12}{style:#} {text}");
}

/// Something starts.
pub(crate) fn step(word: &str, text: impl Display) {
    line(STEP, word, text);
}

/// Something is as it should be.
pub(crate) fn done(word: &str, text: impl Display) {
    line(DONE, word, text);
}

/// Something was not as expected, and the work goes on.
pub(crate) fn warning(text: impl Display) {
    line(WARNING, "warning", text);
}

/// The work ends here.
pub(crate) fn error(text: impl Display) {
    line(ERROR, "error", text);
}

/// An indented line under the last one.
pub(crate) fn detail(text: impl Display) {
    anstream::eprintln!("{QUIET}{:>12}{QUIET:#} {text}", "-");
}

/// The command that is about to run, for whoever wants to run it by hand.
pub(crate) fn command(text: impl Display) {
    anstream::eprintln!("{QUIET}{:>12} {text}{QUIET:#}", "$");
}
