//! The one module that looks at the process's environment: variables and the current folder.

use std::collections::BTreeMap;
use std::path::PathBuf;

use onevent_contract::Secret;

use crate::failure::Failure;

/// What the process was started with.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// The variables whose name starts with [`PREFIX`], by name. Empty ones count as not set.
    pub(crate) variables: BTreeMap<String, String>,
    /// Nango's variables that are read too, by name; empty ones count as not set.
    pub(crate) nango: BTreeMap<String, Secret>,
    /// The current folder.
    pub(crate) directory: PathBuf,
}

/// Every variable of onevent's own starts with this.
pub(crate) const PREFIX: &str = "ONEVENT_";

/// Where Nango's API is.
pub(crate) const NANGO_HOSTPORT: &str = "NANGO_HOSTPORT";
/// Secret keys of Nango's environments: with `_` and the environment's name behind it.
pub(crate) const NANGO_SECRET_KEY: &str = "NANGO_SECRET_KEY";

/// Whether a variable is one of Nango's that onevent reads.
pub(crate) fn is_nangos(name: &str) -> bool {
    name == NANGO_HOSTPORT || name.starts_with(NANGO_SECRET_KEY)
}

impl Surroundings {
    /// Looks once, at the start of the process.
    ///
    /// # Errors
    /// When the current folder is gone, or one of these variables is not UTF-8.
    #[expect(clippy::disallowed_methods, reason = "this is the edge that the lint points to")]
    pub(crate) fn look() -> Result<Self, Failure> {
        let directory = std::env::current_dir().map_err(|error| {
            Failure::usage("no_current_directory", format!("the current folder cannot be read: {error}"))
        })?;
        let (mut variables, mut nango) = (BTreeMap::new(), BTreeMap::new());
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str() else { continue };
            if !name.starts_with(PREFIX) && !is_nangos(name) {
                continue;
            }
            let value = value.into_string().map_err(|_| {
                Failure::usage("invalid_variable", format!("the environment variable {name} is not UTF-8"))
            })?;
            if value.is_empty() {
                continue;
            }
            if is_nangos(name) {
                nango.insert(name.to_owned(), Secret::new(value));
            } else {
                variables.insert(name.to_owned(), value);
            }
        }
        Ok(Self { variables, nango, directory })
    }
}
