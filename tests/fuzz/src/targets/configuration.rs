//! Settings, from everywhere that they come from.
//!
//! An input is `onevent.toml`, `.env`, variables (`NAME=value` a line) and values of `--set` (one a line), with `---` between them.

use std::collections::BTreeMap;
use std::fs;

use onevent_app::{Config, Flags, ProjectNames, Surroundings};

use crate::input::{parts, text};
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "configuration",
    run,
    words: &[
        "[",
        "]",
        "[[",
        "\n",
        " = ",
        "\"",
        "'",
        "\"\"\"",
        "{",
        "}",
        ".",
        "#",
        "\\u",
        "\\U0010ffff",
        "environment",
        "limits",
        "limits.wall",
        "cpu",
        "heap",
        "egress.allow",
        "[egress]\nallow = [",
        "127.0.0.0/8",
        "integrations.",
        "[integrations.salesforce]\n",
        "base_url",
        "provider",
        "seal_credentials",
        "hosts",
        "client_secret",
        "functions.\"salesforce/setup\".",
        "retries",
        "max",
        "backoff",
        "server",
        "listen",
        "public_url",
        "shares",
        "databases",
        "[databases.eu]\n",
        "url = \"postgres://u:p@h/d\"",
        "environments",
        "webhooks.url",
        "retention",
        "30 days",
        "64MiB",
        "1e9",
        "-1",
        "0x10",
        "nan",
        "inf",
        "1979-05-27T07:32:00Z",
        "true",
        "staged_credentials",
        "on_failure.setup",
        "variables",
        "isolation",
        "realm",
        "\n---\n",
        "ONEVENT_",
        "ONEVENT_ENVIRONMENT=",
        "ONEVENT_LIMITS_WALL=",
        "ONEVENT_DATABASE_URL=",
        "ONEVENT_INTEGRATIONS_SALESFORCE_CLIENT_SECRET=",
        "NANGO_SECRET_KEY_DEV=",
        "NANGO_HOSTPORT=",
        "export ",
        "${HOME}",
        "limits.wall=10s",
        "hunter2",
    ],
    seeds: Vec::new,
};

fn run(input: &[u8]) {
    let text = text(input);
    let [file, dotenv, variables, flags] = parts::<4>(&text);
    let Ok(project) = tempfile::tempdir() else { return };
    let folder = project.path();
    let written = fs::write(folder.join("onevent.toml"), file).and(fs::write(folder.join(".env"), dotenv));
    if written.is_err() {
        return;
    }
    let variables: BTreeMap<String, String> = variables
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(name, value)| name.starts_with("ONEVENT_") && !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let surroundings = Surroundings { variables, nango: BTreeMap::new(), directory: folder.to_owned() };
    let flags = Flags { set: flags.lines().map(str::to_owned).collect(), own: Vec::new() };
    let names = ProjectNames::default();
    let load = || Config::load(folder.to_owned(), &names, &flags, &surroundings);
    match load() {
        Ok(config) => {
            let shown = |config: &Config| -> Vec<String> {
                config.resolved().iter().map(|one| format!("{} {:?}", one.key, one.shown)).collect()
            };
            assert!(!shown(&config).is_empty());
        }
        Err(error) => {
            assert!(!error.code().is_empty());
            let told = (error.to_string(), error.hint());
            assert!(!told.0.is_empty());
            let again = load().err().map(|error| (error.to_string(), error.hint()));
            assert_eq!(again, Some(told), "the same mistake is told in the same way");
        }
    }
}
