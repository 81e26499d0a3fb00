//! Every setting there is, in one table: reading, `onevent config` and `docs/configuration.md` follow it.

use super::setting::{Setting, Slot};
use super::value::Secrecy;

/// The table.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "environment",
        flag: Some("--environment"),
        help: "The environment whose connections are used.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.environment),
    },
    Setting {
        key: "database.url",
        flag: Some("--database"),
        help: "The main database: sqlite:PATH, or postgres://USER:PASSWORD@HOST/DATABASE.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.database),
    },
    Setting {
        key: "database.schema",
        flag: None,
        help: "The schema of a PostgreSQL database that onevent's tables are in. It is created where it is missing.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.database_schema),
    },
    Setting {
        key: "database.listen_url",
        flag: None,
        help: "The same PostgreSQL database without a pooler before it: there a process waits to be told of what \
               others put into the queue. Without it, it looks every second.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.database_listen_url),
    },
    Setting {
        key: "environments.<environment>.database.url",
        flag: None,
        help: "A database of its own for one environment: its connections, events, runs, deployments and integrations \
               are there. Secret keys stay in the main one.",
        secrecy: Secrecy::Open,
        slot: Slot::Environment(|environment| &mut environment.database),
    },
    Setting {
        key: "environments.<environment>.database.schema",
        flag: None,
        help: "database.schema for one environment.",
        secrecy: Secrecy::Open,
        slot: Slot::Environment(|environment| &mut environment.database_schema),
    },
    Setting {
        key: "environments.<environment>.database.listen_url",
        flag: None,
        help: "database.listen_url for one environment.",
        secrecy: Secrecy::Open,
        slot: Slot::Environment(|environment| &mut environment.database_listen_url),
    },
    Setting {
        key: "encryption_key",
        flag: None,
        help: "The key that credentials are encrypted with: 32 bytes in base64. Only from the environment. \
               Without it, a key file beside a SQLite database, made on first use; PostgreSQL needs it.",
        secrecy: Secrecy::VariableOnly,
        slot: Slot::One(|settings| &mut settings.encryption_key),
    },
    Setting {
        key: "next_encryption_key",
        flag: None,
        help: "The key that `onevent keys rotate-encryption` replaces the encryption key with. Only from the environment. \
               Where the key is in a file, a new one is made.",
        secrecy: Secrecy::VariableOnly,
        slot: Slot::One(|settings| &mut settings.next_encryption_key),
    },
    Setting {
        key: "providers",
        flag: Some("--providers"),
        help: "A YAML file with more provider templates; they win over the built-in ones of the same name.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.providers),
    },
    Setting {
        key: "integrations.<integration>.provider",
        flag: None,
        help: "The provider template. Without it, the template of the integration's own name.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.provider),
    },
    Setting {
        key: "integrations.<integration>.base_url",
        flag: None,
        help: "Replaces the base URL of the provider template.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.base_url),
    },
    Setting {
        key: "integrations.<integration>.client_id",
        flag: None,
        help: "The OAuth client's id.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.client_id),
    },
    Setting {
        key: "integrations.<integration>.client_secret",
        flag: None,
        help: "The OAuth client's secret. Better in the environment than in a file; never on the command line.",
        secrecy: Secrecy::Secret,
        slot: Slot::Integration(|integration| &mut integration.client_secret),
    },
    Setting {
        key: "integrations.<integration>.egress_allow",
        flag: None,
        help: "Where functions of this integration may go, beside egress.allow: networks, classes of addresses, names.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.egress_allow),
    },
    Setting {
        key: "integrations.<integration>.egress_deny",
        flag: None,
        help: "Where functions of this integration may not go, beside egress.deny.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.egress_deny),
    },
    Setting {
        key: "integrations.<integration>.seal_credentials",
        flag: None,
        help: "Whether credentials go to the integration's own hosts only, and functions cannot read them.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.seal_credentials),
    },
    Setting {
        key: "integrations.<integration>.hosts",
        flag: None,
        help: "The hosts that sealed credentials go to. Without it, the origin of the base URL.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.hosts),
    },
    Setting {
        key: "integrations.<integration>.webhook_url",
        flag: None,
        help: "Where you receive the provider's webhooks: what functions read as webhook_url. Without it, a URL under \
               server.public_url.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.webhook_url),
    },
    Setting {
        key: "integrations.<integration>.webhook_secret",
        flag: None,
        help: "What the provider's webhooks are signed with: what functions read as webhook_secret, among the \
               integration's credentials.",
        secrecy: Secrecy::Secret,
        slot: Slot::Integration(|integration| &mut integration.webhook_secret),
    },
    Setting {
        key: "integrations.<integration>.on_failure.cleanup",
        flag: None,
        help: "on_failure.cleanup for one integration.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.on_failure.cleanup),
    },
    Setting {
        key: "integrations.<integration>.on_failure.quarantine",
        flag: None,
        help: "on_failure.quarantine for one integration.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.on_failure.quarantine),
    },
    Setting {
        key: "integrations.<integration>.on_failure.setup",
        flag: None,
        help: "on_failure.setup for one integration.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.on_failure.setup),
    },
    Setting {
        key: "integrations.<integration>.staged_credentials",
        flag: None,
        help: "staged_credentials for one integration.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.staged_credentials),
    },
    Setting {
        key: "integrations.<integration>.retries.max",
        flag: None,
        help: "retries.max for one integration.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.retries.max),
    },
    Setting {
        key: "integrations.<integration>.retries.backoff",
        flag: None,
        help: "retries.backoff for one integration.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.retries.backoff),
    },
    Setting {
        key: "integrations.<integration>.retries.max_backoff",
        flag: None,
        help: "retries.max_backoff for one integration.",
        secrecy: Secrecy::Open,
        slot: Slot::Integration(|integration| &mut integration.retries.max_backoff),
    },
    Setting {
        key: "variables.<variable>",
        flag: None,
        help: "A variable that functions read with nango.getEnvironmentVariables. A name from the environment is taken \
               as it stands there, in upper case.",
        secrecy: Secrecy::Secret,
        slot: Slot::Variable,
    },
    Setting {
        key: "nango.hostport",
        flag: None,
        help: "Nango's API, for dry runs against it.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.nango.hostport),
    },
    Setting {
        key: "nango.secret_key",
        flag: None,
        help: "The environment's secret key for that API. Only from the environment or the project's .env.",
        secrecy: Secrecy::VariableOnly,
        slot: Slot::One(|settings| &mut settings.nango.secret_key),
    },
    Setting {
        key: "nango.webhook_signing_key",
        flag: None,
        help: "What the environment's webhooks are signed with. Without it, the secret key. Only from the environment or \
               the project's .env.",
        secrecy: Secrecy::VariableOnly,
        slot: Slot::One(|settings| &mut settings.nango.webhook_signing_key),
    },
    Setting {
        key: "nango.upstream",
        flag: Some("--nango"),
        help: "The Nango that a server stands in front of: what it does not do itself goes there.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.nango.upstream),
    },
    Setting {
        key: "server_url",
        flag: Some("--server"),
        help: "The onevent server that commands talk to, instead of working on the local database.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server_url),
    },
    Setting {
        key: "secret_key",
        flag: None,
        help: "The secret key for that server. Only from the environment. Without it, NANGO_SECRET_KEY_<ENVIRONMENT>.",
        secrecy: Secrecy::VariableOnly,
        slot: Slot::One(|settings| &mut settings.secret_key),
    },
    Setting {
        key: "server.public_url",
        flag: None,
        help: "Where others reach the server; the URLs of webhooks are made from it.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.public_url),
    },
    Setting {
        key: "server.body_limit",
        flag: None,
        help: "The largest JSON body that the server reads. What goes through /proxy has no such limit.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.body_limit),
    },
    Setting {
        key: "server.rate_limit",
        flag: None,
        help: "How many requests one secret key may make in a minute.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.rate_limit),
    },
    Setting {
        key: "server.drain",
        flag: None,
        help: "How long runs have to come to their end when the server is asked to stop. What is left goes back to the \
               queue.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.drain),
    },
    Setting {
        key: "server.prewarmed_memory",
        flag: None,
        help: "What isolates may hold together that are made before their run, for functions that run again and again. \
               With 0 there are none.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.prewarmed_memory),
    },
    Setting {
        key: "server.max_runs",
        flag: None,
        help: "How many runs there may be at a time, in each process. More wait.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.max_runs),
    },
    Setting {
        key: "server.queue",
        flag: None,
        help: "How many runs may wait for a place. Those beyond are refused: they did not start, and may be tried again.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.queue),
    },
    Setting {
        key: "server.queue_wait",
        flag: None,
        help: "How long a run may wait for a place before it is refused.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.queue_wait),
    },
    Setting {
        key: "server.shares.environment",
        flag: None,
        help: "What one environment may have of the places and of the queue while others wait, in percent.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.shares.environment),
    },
    Setting {
        key: "server.shares.integration",
        flag: None,
        help: "The same of one integration in an environment.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.shares.integration),
    },
    Setting {
        key: "server.shares.connection",
        flag: None,
        help: "The same of one connection.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.server.shares.connection),
    },
    Setting {
        key: "webhooks.url",
        flag: None,
        help: "Where your app is told of its connections. Without it, nobody is told.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.webhooks.url),
    },
    Setting {
        key: "webhooks.auth_creation",
        flag: None,
        help: "When your app is told of a new connection: when its setup has run, when it was accepted, or never.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.webhooks.auth_creation),
    },
    Setting {
        key: "webhooks.auth_refresh_error",
        flag: None,
        help: "Whether your app is told when a provider refuses to refresh a connection's access token.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.webhooks.auth_refresh_error),
    },
    Setting {
        key: "webhooks.connection_deletion",
        flag: None,
        help: "Whether your app is told of deletions.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.webhooks.connection_deletion),
    },
    Setting {
        key: "on_failure.cleanup",
        flag: None,
        help: "Whether a connection whose cleanup failed is deleted all the same, as Nango does it, stays, or is kept hidden \
               until its cleanup succeeds.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.on_failure.cleanup),
    },
    Setting {
        key: "on_failure.quarantine",
        flag: None,
        help: "How long a connection stays in quarantine at most.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.on_failure.quarantine),
    },
    Setting {
        key: "on_failure.setup",
        flag: None,
        help: "Whether a connection can be used from its acceptance on, as at Nango, or once its setup is done.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.on_failure.setup),
    },
    Setting {
        key: "staged_credentials",
        flag: None,
        help: "Whether the credentials of a reconnect replace the old ones only once they are accepted.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.staged_credentials),
    },
    Setting {
        key: "retries.max",
        flag: None,
        help: "How often a queued function that failed is tried again.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.retries.max),
    },
    Setting {
        key: "retries.backoff",
        flag: None,
        help: "How long the first retry waits; each further one twice as long, give or take a quarter.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.retries.backoff),
    },
    Setting {
        key: "retries.max_backoff",
        flag: None,
        help: "The longest wait, but for a provider that asks for a longer one.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.retries.max_backoff),
    },
    Setting {
        key: "retention",
        flag: None,
        help: "How long runs, ended events, attempts to deliver webhooks and the audit log are kept.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.retention),
    },
    Setting {
        key: "egress.allow",
        flag: None,
        help: "Where functions may go beside public addresses: networks (CIDR), classes like private, names like *.example.com.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.egress_allow),
    },
    Setting {
        key: "egress.deny",
        flag: None,
        help: "Where functions may not go, written like egress.allow. It wins over what is allowed in the same way.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.egress_deny),
    },
    Setting {
        key: "isolation",
        flag: Some("--isolation"),
        help: "Where functions run: thread, in this process, held apart as realm says; or process, each run in a child process \
               that has nothing but V8, for code that you do not trust.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.isolation),
    },
    Setting {
        key: "isolation_require",
        flag: None,
        help: "What has to hold around child processes: available, what this machine has; or full, all that onevent doctor lists, \
               else nothing runs in them.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.isolation_require),
    },
    Setting {
        key: "realm",
        flag: None,
        help: "What holds runs apart: isolate, a V8 isolate for each run; or shared, a realm for each run in isolates that \
               runs share, for code that you trust equally.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.realm),
    },
    Setting {
        key: "limits.wall",
        flag: None,
        help: "Wall-clock time of one run.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.limits.wall),
    },
    Setting {
        key: "limits.cpu",
        flag: None,
        help: "CPU time of one run; waiting costs nothing.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.limits.cpu),
    },
    Setting {
        key: "limits.heap",
        flag: None,
        help: "JavaScript heap of one run; the contents of ArrayBuffers have a budget of the same size.",
        secrecy: Secrecy::Open,
        slot: Slot::One(|settings| &mut settings.limits.heap),
    },
    Setting {
        key: "functions.<function>.isolation",
        flag: None,
        help: "isolation for one function, named like `salesforce/setup`.",
        secrecy: Secrecy::Open,
        slot: Slot::Function(|function| &mut function.isolation),
    },
    Setting {
        key: "functions.<function>.realm",
        flag: None,
        help: "realm for one function, named like `salesforce/setup`.",
        secrecy: Secrecy::Open,
        slot: Slot::Function(|function| &mut function.realm),
    },
    Setting {
        key: "functions.<function>.limits.wall",
        flag: None,
        help: "limits.wall for one function, named like `salesforce/setup`.",
        secrecy: Secrecy::Open,
        slot: Slot::Function(|function| &mut function.wall),
    },
    Setting {
        key: "functions.<function>.limits.cpu",
        flag: None,
        help: "limits.cpu for one function.",
        secrecy: Secrecy::Open,
        slot: Slot::Function(|function| &mut function.cpu),
    },
    Setting {
        key: "functions.<function>.limits.heap",
        flag: None,
        help: "limits.heap for one function.",
        secrecy: Secrecy::Open,
        slot: Slot::Function(|function| &mut function.heap),
    },
    Setting {
        key: "functions.<function>.retries.max",
        flag: None,
        help: "retries.max for one function.",
        secrecy: Secrecy::Open,
        slot: Slot::Function(|function| &mut function.retries.max),
    },
    Setting {
        key: "functions.<function>.retries.backoff",
        flag: None,
        help: "retries.backoff for one function.",
        secrecy: Secrecy::Open,
        slot: Slot::Function(|function| &mut function.retries.backoff),
    },
    Setting {
        key: "functions.<function>.retries.max_backoff",
        flag: None,
        help: "retries.max_backoff for one function.",
        secrecy: Secrecy::Open,
        slot: Slot::Function(|function| &mut function.retries.max_backoff),
    },
];

/// Variables that start like onevent's own and are read by something else than this program.
pub(super) const OTHER_VARIABLES: &[(&str, &str)] =
    &[("ONEVENT_V8_MIRROR", "a folder with V8's static library, read by cargo xtask v8")];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::setting::upper;
    use super::super::settings::Settings;
    use super::*;

    #[test]
    fn the_page_about_configuration_lists_every_setting() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        let page = std::fs::read_to_string(page).unwrap();
        let mut settings = Settings::default_of(Path::new("")).unwrap();
        let mut missing = Vec::new();
        for setting in SETTINGS {
            let field = setting.field(&mut settings, "x").unwrap();
            let default = field.shown().map(|shown| shown.text).unwrap_or_default();
            let default = if default.is_empty() { String::new() } else { format!(" `{default}`") };
            let name = setting.placeholder().map(|name| format!("<{}>", upper(name))).unwrap_or_default();
            let row = format!(
                "| `{}` | {} |{default} | `{}` | {} |",
                setting.key,
                setting.form().unwrap().description,
                setting.variable(&name),
                setting.help
            );
            if !page.contains(&row) {
                missing.push(row);
            }
        }
        assert!(missing.is_empty(), "docs/configuration.md lacks these rows:\n{}", missing.join("\n"));
        for (variable, _) in OTHER_VARIABLES {
            assert!(page.contains(variable), "docs/configuration.md lacks {variable}");
        }
    }

    #[test]
    fn every_setting_has_its_own_variable() {
        let mut names: Vec<String> = SETTINGS.iter().map(|setting| setting.variable("X")).collect();
        assert!(names.contains(&"ONEVENT_DATABASE_URL".to_owned()));
        assert!(names.contains(&"ONEVENT_INTEGRATIONS_X_CLIENT_SECRET".to_owned()));
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
