//! What a process was started with, as far as settings come from it. Whoever owns the process looks; nobody in here does.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use onevent_contract::Secret;

use crate::error::ConfigError;

/// What the process was started with.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The variables whose name starts with [`PREFIX`], by name. Empty ones count as not set.
    pub variables: BTreeMap<String, String>,
    /// Nango's variables that are read too, by name; empty ones count as not set.
    pub nango: BTreeMap<String, Secret>,
    /// The current folder: relative paths of variables and flags start from it.
    pub directory: PathBuf,
}

/// Every variable of onevent's own starts with this.
pub const PREFIX: &str = "ONEVENT_";

/// Where Nango's API is.
pub(crate) const NANGO_HOSTPORT: &str = "NANGO_HOSTPORT";
/// Secret keys of Nango's environments: with `_` and the environment's name behind it.
pub(crate) const NANGO_SECRET_KEY: &str = "NANGO_SECRET_KEY";
/// What the webhooks of Nango's environments are signed with: named like their secret keys.
pub(crate) const NANGO_WEBHOOK_SIGNING_KEY: &str = "NANGO_WEBHOOK_SIGNING_KEY";

/// Whether a variable is one of Nango's that onevent reads.
pub(crate) fn is_nangos(name: &str) -> bool {
    let starts = [NANGO_SECRET_KEY, NANGO_WEBHOOK_SIGNING_KEY];
    name == NANGO_HOSTPORT || starts.iter().any(|start| name.starts_with(start))
}

impl Surroundings {
    /// Takes what is onevent's or Nango's out of all environment variables.
    ///
    /// # Errors
    /// When one of these variables is not UTF-8.
    pub fn new(
        directory: PathBuf,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let (mut variables, mut nango) = (BTreeMap::new(), BTreeMap::new());
        for (name, value) in environment {
            let Some(name) = name.to_str() else { continue };
            if !name.starts_with(PREFIX) && !is_nangos(name) {
                continue;
            }
            let not_text = |_| ConfigError::VariableNotText { variable: name.to_owned() };
            let value = value.into_string().map_err(not_text)?;
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
