//! The one module that looks at the process's environment: variables and the current folder.

use onevent_app::Surroundings;

use crate::failure::Failure;

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
