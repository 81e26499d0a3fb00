//! The log of a server, on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;

use crate::args::{LogFormat, LogLevel};

/// Starts the log of this process.
pub(super) fn start(format: LogFormat, level: LogLevel) {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let builder = fmt().with_max_level(level).with_writer(std::io::stderr).with_target(false);
    // Whoever set a log before this one keeps it.
    let _ = match format {
        LogFormat::Pretty => builder.with_ansi(wants_colours()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// As everywhere in this program: on a terminal, unless `NO_COLOR` says otherwise.
fn wants_colours() -> bool {
    let choice = anstream::AutoStream::choice(&std::io::stderr());
    std::io::stderr().is_terminal() && !matches!(choice, anstream::ColorChoice::Never)
}
