//! The one module that looks at the process's environment: variables and the current folder.

use std::ffi::OsString;
use std::io::IsTerminal as _;

use onevent_app::Surroundings;

use crate::failure::Failure;

/// How wide lines on standard output may be, where it is a terminal: what `COLUMNS` says, else what the terminal has.
#[expect(clippy::disallowed_methods, reason = "this is the edge that the lint points to")]
pub(crate) fn columns() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let has = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0.into());
    said.filter(|columns| *columns > 0).or_else(has)
}

/// Looks once, at the start of the process.
///
/// # Errors
/// When the current folder is gone, or a variable that is read is not UTF-8.
#[expect(clippy::disallowed_methods, reason = "this is the edge that the lint points to")]
pub(crate) fn look() -> Result<Surroundings, Failure> {
    let directory = std::env::current_dir().map_err(|error| {
        Failure::usage("no_current_directory", format!("the current folder cannot be read: {error}"))
    })?;
    Ok(Surroundings::new(directory, std::env::vars_os())?)
}

/// Where programs lie, for one that is started without the rest of the environment.
#[expect(clippy::disallowed_methods, reason = "this is the edge that the lint points to")]
pub(crate) fn program_path() -> Option<OsString> {
    std::env::var_os("PATH")
}
