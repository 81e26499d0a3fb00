//! Reading the settings again while a server runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::current::Current;
use super::parts::Service;
use crate::config::{Config, Flags, Key, Settings, Shown};
use crate::error::ConfigError;
use crate::project_folder::ProjectNames;
use crate::surroundings::Surroundings;

/// What a reload of the settings found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsReloaded {
    /// What has another value now.
    pub taken: Vec<Key>,
    /// What has another value in its source, and keeps its old one until the process is started again.
    pub needs_restart: Vec<Key>,
}

impl Service {
    /// Reads the settings again, and takes those that a running server can take: what holds runs apart, limits, networks, how
    /// providers are reached, and what follows failures. Everything else is built into what runs already. Runs that have begun
    /// finish with the ones that they began with.
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
        let next = self.config.with(with_reloadable(before.settings.clone(), read.settings.clone()));
        let found = SettingsReloaded { taken: changed(&before, &next), needs_restart: changed(&next, &read) };
        let next = Current::new(next.settings, names);
        // A file of templates that is wrong is found here, and not by the next request.
        next.integrations()?;
        self.children.require(next.settings.isolation_require.value);
        self.current.store(Arc::new(next));
        Ok(found)
    }
}

/// What a running server takes of the settings that were read again: the one list of those.
fn with_reloadable(before: Settings, read: Settings) -> Settings {
    Settings {
        egress_allow: read.egress_allow,
        egress_deny: read.egress_deny,
        isolation: read.isolation,
        isolation_require: read.isolation_require,
        realm: read.realm,
        limits: read.limits,
        functions: read.functions,
        providers: read.providers,
        integrations: read.integrations,
        variables: read.variables,
        on_failure: read.on_failure,
        staged_credentials: read.staged_credentials,
        retries: read.retries,
        retention: read.retention,
        ..before
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use onevent_contract::{FunctionKey, IntegrationId};
    use onevent_lifecycle::{CleanupFailure, NewCredentials};

    use super::*;

    const BEFORE: &str = "[limits]\nwall = \"10s\"\n[variables]\nREGION = \"eu\"\nTOKEN = \"one\"\n\
                          [webhooks]\nurl = \"https://app.example/before\"\n\
                          [integrations.crm]\nprovider = \"hubspot\"\n";
    const AFTER: &str = "isolation_require = \"full\"\nretention = \"10days\"\nstaged_credentials = true\n[retries]\nmax = 7\n\
                         [integrations.crm.retries]\nmax = 9\n[integrations.crm.on_failure]\ncleanup = \"block\"\n\
                         [limits]\nwall = \"20s\"\n[variables]\nTOKEN = \"two\"\n\
                         [webhooks]\nurl = \"https://app.example/after\"\n[server]\nrate_limit = 7\n\
                         [integrations.crm]\nprovider = \"github\"\n[egress]\nallow = [\"10.0.0.0/8\"]\n";

    fn names(keys: &[Key]) -> Vec<String> {
        keys.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_reload_takes_what_a_running_server_can_take_and_says_what_it_cannot() {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("onevent.toml");
        let (flags, surroundings) = (Flags::default(), Surroundings::default());
        std::fs::write(&settings, BEFORE).unwrap();
        let service = Service::new(folder.path(), &flags, &surroundings).unwrap();
        let function = FunctionKey { integration: "crm".parse().unwrap(), name: "check".parse().unwrap() };
        let wall = || (service.limits())(&function).wall;
        let provider = || service.integration(&function.integration).unwrap().provider.name.clone();
        let variables = || -> Vec<(String, String)> {
            let all = service.environment_variables().into_iter();
            all.map(|variable| (variable.name, variable.value)).collect()
        };
        let of_before = (service.limits(), provider(), variables());
        let policies = |integration: &str| {
            let integration: IntegrationId = integration.parse().unwrap();
            let function = FunctionKey { integration: integration.clone(), name: "check".parse().unwrap() };
            let policies = service.policies(&integration, String::new(), None);
            let staged = matches!(policies.new_credentials, NewCredentials::Staged);
            (policies.retries.of(&function).max, policies.cleanup_failure, staged)
        };
        assert_eq!(policies("crm"), (5, CleanupFailure::Continue, false));
        assert_eq!((wall(), of_before.1.as_str()), (Duration::from_secs(10), "hubspot"));

        let nothing = service.reload_settings(&flags, &surroundings).unwrap();
        assert_eq!(nothing, SettingsReloaded::default());

        std::fs::write(&settings, AFTER).unwrap();
        let found = service.reload_settings(&flags, &surroundings).unwrap();
        assert_eq!(
            names(&found.taken),
            [
                "egress.allow",
                "integrations.crm.on_failure.cleanup",
                "integrations.crm.provider",
                "integrations.crm.retries.max",
                "isolation_require",
                "limits.wall",
                "retention",
                "retries.max",
                "staged_credentials",
                "variables.REGION"
            ],
            "of a secret it is not looked at whether it is another one"
        );
        assert_eq!(names(&found.needs_restart), ["server.rate_limit", "webhooks.url"]);
        assert_eq!((wall(), provider().as_str()), (Duration::from_secs(20), "github"));
        assert_eq!(policies("crm"), (9, CleanupFailure::Block, true));
        assert_eq!(policies("hubspot"), (7, CleanupFailure::Continue, true));
        let kept = service.current.load().settings.retention.value.get();
        assert_eq!(kept, Duration::from_secs(10 * 24 * 60 * 60));
        assert_eq!(variables(), [("TOKEN".to_owned(), "two".to_owned())], "but its new value is taken");
        let url = service.settings().webhooks.url.as_ref().unwrap();
        assert_eq!(url.value.url().as_str(), "https://app.example/before");
        assert_eq!(
            (of_before.0)(&function).wall,
            Duration::from_secs(10),
            "who has begun goes on as he began"
        );
        // It is said again, as long as it is so.
        let again = service.reload_settings(&flags, &surroundings).unwrap();
        assert_eq!((names(&again.taken).len(), names(&again.needs_restart).len()), (0, 2));
    }

    #[test]
    fn settings_that_are_wrong_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("onevent.toml");
        let (flags, surroundings) = (Flags::default(), Surroundings::default());
        std::fs::write(&settings, BEFORE).unwrap();
        let service = Service::new(folder.path(), &flags, &surroundings).unwrap();
        for wrong in [
            "[limits]\nwall = \"soon\"\n",
            "[limits]\nwal = \"20s\"\n",
            "[limits",
            "providers = \"not-there.yaml\"\n[limits]\nwall = \"20s\"\n",
        ] {
            std::fs::write(&settings, wrong).unwrap();
            assert!(service.reload_settings(&flags, &surroundings).is_err(), "{wrong}");
            let function = "crm".parse().unwrap();
            let key = FunctionKey { integration: function, name: "check".parse().unwrap() };
            assert_eq!((service.limits())(&key).wall, Duration::from_secs(10), "{wrong}");
            assert_eq!(service.environment_variables().len(), 2, "{wrong}");
        }
        std::fs::write(&settings, AFTER).unwrap();
        assert!(service.reload_settings(&flags, &surroundings).is_ok());
    }
}
