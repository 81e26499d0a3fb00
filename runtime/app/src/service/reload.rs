//! Reading the settings again while a server runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::current::Current;
use super::parts::Service;
use crate::config::{Config, Flags, Key, Settings, Shown};
use crate::error::ConfigError;
use crate::project_folder::ProjectNames;
use crate::surroundings::Surroundings;

/// Keys of settings that a running server takes: limits, networks, and how providers are reached. Everything else is
/// built into what runs already.
const RELOADABLE: [&str; 6] =
    ["limits.", "functions.", "egress.", "providers", "integrations.", "variables."];

/// What a reload of the settings found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsReloaded {
    /// What has another value now.
    pub taken: Vec<Key>,
    /// What has another value in its source, and keeps its old one until the process is started again.
    pub needs_restart: Vec<Key>,
}

impl Service {
    /// Reads the settings again, and takes those that a running server can take: `limits`, `egress`, `providers`,
    /// `integrations`, `variables`. Runs that have begun finish with the ones that they began with.
    ///
    /// # Errors
    /// A mistake in the settings; then nothing has changed.
    pub fn reload_settings(
        &self,
        flags: &Flags,
        surroundings: &Surroundings,
    ) -> Result<SettingsReloaded, ConfigError> {
        let names = ProjectNames::scan(self.folder());
        let read = Config::load(self.folder().to_owned(), &names, flags, surroundings)?;
        let before = self.config.with(self.current.load().settings.clone());
        let mut found = SettingsReloaded::default();
        for key in changed(&before, &read) {
            let name = key.to_string();
            let reloads = RELOADABLE.iter().any(|prefix| name.starts_with(prefix));
            if reloads { found.taken.push(key) } else { found.needs_restart.push(key) }
        }
        let Settings { egress_allow, limits, functions, providers, integrations, variables, .. } =
            read.settings;
        let next = Settings {
            egress_allow,
            limits,
            functions,
            providers,
            integrations,
            variables,
            ..before.settings.clone()
        };
        let next = Current::new(next, names);
        // A file of templates that is wrong is found here, and not by the next request.
        next.integrations()?;
        self.current.store(Arc::new(next));
        Ok(found)
    }
}

/// The keys whose values differ. A secret counts as changed when it was set or taken away: its value is not looked at.
fn changed(before: &Config, after: &Config) -> Vec<Key> {
    let values = |config: &Config| -> BTreeMap<String, (Key, Option<Shown>)> {
        let entries = config.resolved().into_iter();
        entries.map(|entry| (entry.key.to_string(), (entry.key, entry.shown))).collect()
    };
    let (before, after) = (values(before), values(after));
    let names = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    let text = |of: &BTreeMap<String, (Key, Option<Shown>)>, name: &str| {
        of.get(name).and_then(|(_, shown)| shown.as_ref()).map(|shown| shown.text.clone())
    };
    let differs = |name: &&&String| text(&before, name) != text(&after, name);
    let key = |name: &String| after.get(name).or_else(|| before.get(name)).map(|(key, _)| key.clone());
    names.iter().filter(differs).filter_map(|name| key(name)).collect()
}
