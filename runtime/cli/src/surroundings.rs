//! The one module that looks at the process's environment: variables and the current folder.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::failure::Failure;

/// What the process was started with.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// The variables whose name starts with [`PREFIX`], by name. Empty ones count as not set.
    pub(crate) variables: BTreeMap<String, String>,
    /// The current folder.
    pub(crate) directory: PathBuf,
}

/// Every variable that onevent reads starts with this.
pub(crate) const PREFIX: &str = "ONEVENT_";

impl Surroundings {
    /// Looks once, at the start of the process.
    ///
    /// # Errors
    /// When the current folder is gone, or one of onevent's variables is not UTF-8.
    #[expect(clippy::disallowed_methods, reason = "this is the edge that the lint points to")]
    pub(crate) fn look() -> Result<Self, Failure> {
        let directory = std::env::current_dir().map_err(|error| {
            Failure::usage("no_current_directory", format!("the current folder cannot be read: {error}"))
        })?;
        let mut variables = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
            let value = value.into_string().map_err(|_| {
                Failure::usage("invalid_variable", format!("the environment variable {name} is not UTF-8"))
            })?;
            if !value.is_empty() {
                variables.insert(name.to_owned(), value);
            }
        }
        Ok(Self { variables, directory })
    }
}
