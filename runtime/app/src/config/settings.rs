//! The settings as typed values, each with where it comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use onevent_contract::{EnvironmentName, EnvironmentVariable, FunctionKey, IntegrationId, Limits, Secret};
use onevent_engine::{Isolation, Realm};
use onevent_lifecycle::RetryPolicies;
use onevent_store::{DatabaseUrl, SchemaName};
use onevent_worker::Require;

use super::durable_settings::{
    FailurePolicy, FailureSettings, OwnFailureSettings, OwnRetrySettings, RetrySettings, default_retention,
    origin,
};
use super::environment_settings::EnvironmentSettings;
use super::origin::{Origin, Sourced};
use super::server_settings::{ServerSettings, WebhookSettings};
use super::value::{ApiUrl, BaseUrl, CpuLimit, Destinations, HeapLimit, Hosts, KeptFor, WallLimit, WebUrl};

/// The database of a project that names none.
const DATABASE_FILE: &str = ".onevent/onevent.sqlite3";

/// Every setting. What has no value and no default is `None`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The environment whose connections are used.
    pub environment: Sourced<EnvironmentName>,
    /// The database.
    pub database: Sourced<DatabaseUrl>,
    /// The schema of a PostgreSQL database.
    pub database_schema: Sourced<SchemaName>,
    /// The same PostgreSQL database without a pooler before it.
    pub database_listen_url: Option<Sourced<DatabaseUrl>>,
    /// Every environment that something is said about.
    pub environments: BTreeMap<EnvironmentName, EnvironmentSettings>,
    /// The key that credentials are encrypted with, as it was given. Without it, a key file beside the database.
    pub encryption_key: Option<Sourced<Secret>>,
    /// The key that replaces it when somebody asks for that.
    pub next_encryption_key: Option<Sourced<Secret>>,
    /// A file with more provider templates.
    pub providers: Option<Sourced<PathBuf>>,
    /// Every integration that something is said about.
    pub integrations: BTreeMap<IntegrationId, IntegrationSettings>,
    /// What functions read with `nango.getEnvironmentVariables`.
    pub variables: BTreeMap<String, Option<Sourced<Secret>>>,
    /// Nango's API.
    pub nango: NangoSettings,
    /// Where functions may go beside public addresses.
    pub egress_allow: Sourced<Destinations>,
    /// Where they may not go.
    pub egress_deny: Sourced<Destinations>,
    /// Where the runs are executed.
    pub isolation: Sourced<Isolation>,
    /// What has to hold around child processes.
    pub isolation_require: Sourced<Require>,
    /// What holds the runs apart.
    pub realm: Sourced<Realm>,
    /// The limits of every run.
    pub limits: LimitSettings,
    /// What is said about single functions, named like `salesforce/setup`.
    pub functions: BTreeMap<String, FunctionSettings>,
    /// The server that commands talk to, instead of working on the local database.
    pub server_url: Option<Sourced<ApiUrl>>,
    /// The secret key for it.
    pub secret_key: Option<Sourced<Secret>>,
    /// The server.
    pub server: ServerSettings,
    /// Webhooks to the operator's app.
    pub webhooks: WebhookSettings,
    /// What becomes of an operation whose functions failed.
    pub on_failure: FailureSettings,
    /// How queued functions that failed are tried again.
    pub retries: RetrySettings,
    /// Whether the credentials of a reconnect replace the old ones only once they are accepted.
    pub staged_credentials: Sourced<bool>,
    /// How long runs, ended events, attempts to deliver webhooks and the audit log are kept.
    pub retention: Sourced<KeptFor>,
}

/// What is said about one integration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntegrationSettings {
    /// The provider template; `None`: the one of the integration's own name.
    pub provider: Option<Sourced<String>>,
    /// Replaces the template's base URL.
    pub base_url: Option<Sourced<BaseUrl>>,
    /// The OAuth client's id.
    pub client_id: Option<Sourced<String>>,
    /// The OAuth client's secret.
    pub client_secret: Option<Sourced<Secret>>,
    /// Where it may go, beside everybody's.
    pub egress_allow: Option<Sourced<Destinations>>,
    /// Where it may not go, beside everybody's.
    pub egress_deny: Option<Sourced<Destinations>>,
    /// Whether its credentials are sealed.
    pub seal_credentials: Option<Sourced<bool>>,
    /// The hosts that sealed credentials go to; `None`: the origin of its base URL.
    pub hosts: Option<Sourced<Hosts>>,
    /// Where the operator receives its webhooks.
    pub webhook_url: Option<Sourced<WebUrl>>,
    /// What its webhooks are signed with.
    pub webhook_secret: Option<Sourced<Secret>>,
    /// What becomes of an operation whose functions failed.
    pub on_failure: OwnFailureSettings,
    /// Whether the credentials of a reconnect replace the old ones only once they are accepted.
    pub staged_credentials: Option<Sourced<bool>>,
    /// How its queued functions that failed are tried again.
    pub retries: OwnRetrySettings,
}

/// Nango's API, for dry runs against it.
#[derive(Debug, Clone)]
pub struct NangoSettings {
    /// Where it is.
    pub hostport: Sourced<ApiUrl>,
    /// The secret key of the environment.
    pub secret_key: Option<Sourced<Secret>>,
    /// What the environment's webhooks are signed with; `None`: with the secret key.
    pub webhook_signing_key: Option<Sourced<Secret>>,
    /// The Nango that a server stands in front of.
    pub upstream: Option<Sourced<ApiUrl>>,
}

/// The limits of every run.
#[derive(Debug, Clone)]
pub struct LimitSettings {
    /// Wall-clock time.
    pub wall: Sourced<WallLimit>,
    /// CPU time.
    pub cpu: Sourced<CpuLimit>,
    /// JavaScript heap.
    pub heap: Sourced<HeapLimit>,
}

/// What is said about one function; limits and retries that are not set are everybody's.
#[derive(Debug, Clone, Default)]
pub struct FunctionSettings {
    /// Wall-clock time.
    pub wall: Option<Sourced<WallLimit>>,
    /// CPU time.
    pub cpu: Option<Sourced<CpuLimit>>,
    /// JavaScript heap.
    pub heap: Option<Sourced<HeapLimit>>,
    /// Where its runs are executed.
    pub isolation: Option<Sourced<Isolation>>,
    /// What holds its runs apart from others.
    pub realm: Option<Sourced<Realm>>,
    /// How it is tried again.
    pub retries: OwnRetrySettings,
}

impl IntegrationSettings {
    /// Whether its credentials are sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.seal_credentials.as_ref().is_some_and(|set| set.value)
    }

    /// Whether anything is said of how it is reached, and not of its policies alone.
    pub(crate) fn is_described(&self) -> bool {
        let Self { on_failure, staged_credentials, retries, .. } = self.clone();
        *self != Self { on_failure, staged_credentials, retries, ..Self::default() }
    }

    /// Where the first of its settings comes from, in the order of the table.
    pub(super) fn origin(&self) -> Option<&Origin> {
        let Self {
            provider,
            base_url,
            client_id,
            client_secret,
            egress_allow,
            egress_deny,
            seal_credentials,
            hosts,
            webhook_url,
            webhook_secret,
            on_failure,
            staged_credentials,
            retries,
        } = self;
        let own = [
            origin(provider),
            origin(base_url),
            origin(client_id),
            origin(client_secret),
            origin(egress_allow),
            origin(egress_deny),
            origin(seal_credentials),
            origin(hosts),
            origin(webhook_url),
            origin(webhook_secret),
        ];
        let policies = on_failure.origins().into_iter().chain([origin(staged_credentials)]);
        own.into_iter().chain(policies).chain(retries.origins()).flatten().next()
    }
}

impl FunctionSettings {
    /// Where the first of its settings comes from.
    pub(super) fn origin(&self) -> Option<&Origin> {
        let Self { wall, cpu, heap, isolation, realm, retries } = self;
        let own = [origin(wall), origin(cpu), origin(heap), origin(isolation), origin(realm)];
        own.into_iter().chain(retries.origins()).flatten().next()
    }
}

impl Settings {
    /// The settings of the project in this folder, where nothing is set.
    ///
    /// # Errors
    /// Never: the defaults are names and URLs. A test holds that.
    pub(super) fn default_of(project: &Path) -> Option<Self> {
        Some(Self {
            environment: Sourced::default(EnvironmentName::new("dev").ok()?),
            database: Sourced::default(DatabaseUrl::sqlite(project.join(DATABASE_FILE))),
            database_schema: Sourced::default(SchemaName::default()),
            database_listen_url: None,
            environments: BTreeMap::new(),
            encryption_key: None,
            next_encryption_key: None,
            providers: None,
            integrations: BTreeMap::new(),
            variables: BTreeMap::new(),
            nango: NangoSettings {
                hostport: Sourced::default(ApiUrl::nango_cloud()?),
                secret_key: None,
                webhook_signing_key: None,
                upstream: None,
            },
            egress_allow: Sourced::default(Destinations::default()),
            egress_deny: Sourced::default(Destinations::default()),
            isolation: Sourced::default(Isolation::default()),
            isolation_require: Sourced::default(Require::default()),
            realm: Sourced::default(Realm::default()),
            limits: LimitSettings {
                wall: Sourced::default(WallLimit::DEFAULT),
                cpu: Sourced::default(CpuLimit::DEFAULT),
                heap: Sourced::default(HeapLimit::DEFAULT),
            },
            functions: BTreeMap::new(),
            server_url: None,
            secret_key: None,
            server: ServerSettings::default(),
            webhooks: WebhookSettings::default(),
            on_failure: FailureSettings::default(),
            retries: RetrySettings::default(),
            staged_credentials: Sourced::default(false),
            retention: default_retention(),
        })
    }

    /// The limits of one function: its own where it has them, else the general ones.
    #[must_use]
    pub fn limits_for(&self, function: &FunctionKey) -> Limits {
        let own = self.functions.get(&function.to_string()).cloned().unwrap_or_default();
        Limits {
            wall: own.wall.map_or(self.limits.wall.value, |set| set.value).get(),
            cpu: own.cpu.map_or(self.limits.cpu.value, |set| set.value).get(),
            heap_bytes: own.heap.map_or(self.limits.heap.value, |set| set.value).bytes(),
        }
    }

    /// Where the runs of one function are executed: its own setting where it has one, else the general one.
    #[must_use]
    pub fn isolation_for(&self, function: &FunctionKey) -> Isolation {
        let own = self.functions.get(&function.to_string()).and_then(|set| set.isolation.as_ref());
        own.unwrap_or(&self.isolation).value
    }

    /// Whether any function runs in child processes.
    #[must_use]
    pub fn runs_in_processes(&self) -> bool {
        let own = self.functions.values().filter_map(|set| set.isolation.as_ref());
        own.chain([&self.isolation]).any(|set| set.value == Isolation::Process)
    }

    /// What holds the runs of one function apart from others: its own setting where it has one, else the general one.
    #[must_use]
    pub fn realm_for(&self, function: &FunctionKey) -> Realm {
        let own = self.functions.get(&function.to_string()).and_then(|set| set.realm.as_ref());
        own.unwrap_or(&self.realm).value
    }

    /// What becomes of an operation on a connection of this integration whose functions failed.
    #[must_use]
    pub fn failure_policy(&self, integration: &IntegrationId) -> FailurePolicy {
        let own = self.integrations.get(integration).map(|set| set.on_failure.clone());
        own.unwrap_or_default().policy(&self.on_failure)
    }

    /// Whether the credentials of a reconnect replace the old ones only once they are accepted.
    #[must_use]
    pub fn stages_credentials(&self, integration: &IntegrationId) -> bool {
        let own = self.integrations.get(integration).and_then(|set| set.staged_credentials.as_ref());
        own.unwrap_or(&self.staged_credentials).value
    }

    /// How queued functions of this integration that failed are tried again.
    #[must_use]
    pub fn retry_policies(&self, integration: &IntegrationId) -> RetryPolicies {
        let everybodys = self.retries.policy();
        let general =
            self.integrations.get(integration).map_or(everybodys, |set| set.retries.policy(everybodys));
        let own = self.functions.iter().map(|(name, set)| (name.clone(), set.retries.policy(general)));
        RetryPolicies { general, functions: own.collect() }
    }

    /// The variables that functions read with `nango.getEnvironmentVariables`.
    #[must_use]
    pub fn environment_variables(&self) -> Vec<EnvironmentVariable> {
        let variable = |(name, set): (&String, &Option<Sourced<Secret>>)| {
            let value = set.as_ref()?.value.reveal().to_owned();
            Some(EnvironmentVariable { name: name.clone(), value })
        };
        self.variables.iter().filter_map(variable).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_values() {
        let settings = Settings::default_of(Path::new("/p")).unwrap();
        assert_eq!(settings.environment.value.as_str(), "dev");
        assert_eq!(settings.database.value.file(), Some(Path::new("/p/.onevent/onevent.sqlite3")));
        let function = FunctionKey { integration: "a".parse().unwrap(), name: "b".parse().unwrap() };
        assert_eq!(settings.limits_for(&function), Limits::default());
    }
}
