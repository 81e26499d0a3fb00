use std::path::Path;
use std::time::Duration;

use onevent_contract::{FunctionKey, IntegrationId};

use super::*;
use crate::error::Blame;

fn load(file: &str, variables: &[(&str, &str)], set: &[&str]) -> Result<Config, ConfigError> {
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join(file::NAME), file).unwrap();
    let surroundings = Surroundings {
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        nango: Default::default(),
        directory: "/here".into(),
    };
    let names = ProjectNames {
        folders: ["salesforce".to_owned(), "crm".to_owned()].into(),
        integrations: ["salesforce".to_owned()].into(),
        functions: ["salesforce/setup".to_owned(), "salesforce/validate".to_owned()].into(),
    };
    let flags = Flags { set: set.iter().map(|text| (*text).to_owned()).collect(), own: Vec::new() };
    Config::load(project.path().to_owned(), &names, &flags, &surroundings)
}

fn key(name: &str) -> FunctionKey {
    let (integration, function) = name.split_once('/').unwrap();
    FunctionKey { integration: integration.parse().unwrap(), name: function.parse().unwrap() }
}

fn origin(config: &Config, key: &str) -> String {
    let key = Key::parse(key).unwrap();
    config.resolved().into_iter().find(|entry| entry.key == key).unwrap().shown.unwrap().origin.to_string()
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let file = "[limits]\nwall = \"1s\"\ncpu = \"1s\"\nheap = \"64MiB\"\n";
    let variables = [("ONEVENT_LIMITS_WALL", "2s"), ("ONEVENT_LIMITS_CPU", "2s")];
    let config = load(file, &variables, &["limits.wall=3s"]).unwrap();
    let limits = config.settings.limits_for(&key("salesforce/setup"));
    assert_eq!(limits.wall, Duration::from_secs(3));
    assert_eq!(limits.cpu, Duration::from_secs(2));
    assert_eq!(limits.heap_bytes, 64 << 20);
    assert_eq!(origin(&config, "limits.wall"), "--set");
    assert_eq!(origin(&config, "limits.cpu"), "ONEVENT_LIMITS_CPU");
    assert_eq!(origin(&config, "limits.heap"), "onevent.toml:4");
    assert_eq!(origin(&config, "environment"), "default");
}

#[test]
fn a_function_has_its_own_limits_and_the_general_ones_for_the_rest() {
    let file = "[limits]\nwall = \"1s\"\n[functions.\"salesforce/setup\".limits]\nwall = \"20s\"\n";
    let config = load(file, &[], &["limits.cpu=7s"]).unwrap();
    let limits = config.settings.limits_for(&key("salesforce/setup"));
    assert_eq!((limits.wall, limits.cpu), (Duration::from_secs(20), Duration::from_secs(7)));
    assert_eq!(config.settings.limits_for(&key("salesforce/validate")).wall, Duration::from_secs(1));
}

#[test]
fn integrations_come_from_every_source() {
    let file = "[integrations.crm]\nprovider = \"salesforce\"\n";
    let variables = [("ONEVENT_INTEGRATIONS_CRM_CLIENT_SECRET", "s3cret")];
    let config = load(file, &variables, &["integrations.crm.base_url=http://127.0.0.1:1"]).unwrap();
    let crm = &config.settings.integrations[&IntegrationId::new("crm").unwrap()];
    assert_eq!(crm.provider.as_ref().unwrap().value, "salesforce");
    assert_eq!(crm.base_url.as_ref().unwrap().value.as_str(), "http://127.0.0.1:1");
    assert_eq!(crm.client_secret.as_ref().unwrap().value.reveal(), "s3cret");
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn limits_that_no_run_can_start_under_are_refused_where_they_are_set() {
    let failure = load("[limits]\nheap = \"1MiB\"\n", &[], &[]).unwrap_err();
    assert_eq!(failure.location().unwrap().line, 2);
    let failure = load("", &[("ONEVENT_LIMITS_CPU", "0s")], &[]).unwrap_err();
    assert!(failure.to_string().starts_with("ONEVENT_LIMITS_CPU: "));
    let failure = load("", &[], &["functions.salesforce/setpu.limits.wall=1s"]).unwrap_err();
    assert_eq!(failure.hint().as_deref(), Some("did you mean `salesforce/setup`?"));
}

#[test]
fn paths_start_where_they_are_written() {
    let config =
        load("providers = \"more.yaml\"\n", &[("ONEVENT_DATABASE_URL", "sqlite:x.db")], &[]).unwrap();
    assert_eq!(config.settings.providers.unwrap().value, config.project.join("more.yaml"));
    assert_eq!(config.settings.database.value.file(), Some(Path::new("/here/x.db")));
}

#[test]
fn a_slip_in_an_integrations_name_is_an_error_wherever_it_is_written() {
    let hint = |failure: ConfigError| {
        assert_eq!(failure.code(), "unknown_integration", "{failure}");
        failure.hint().unwrap()
    };
    let failure =
        load("[egress]\nallow = []\n[integrations.salesfroce]\nbase_url = \"http://h\"\n", &[], &[]);
    let failure = failure.unwrap_err();
    assert_eq!((failure.blame(), failure.location().unwrap().line), (Blame::Project, 4));
    assert!(hint(failure).starts_with("did you mean `salesforce`?"));
    let failure = load("", &[], &["integrations.salesforcee.client_id=x"]).unwrap_err();
    assert!(failure.to_string().starts_with("--set: ") && failure.blame() == Blame::Caller);
    assert!(hint(failure).starts_with("did you mean `salesforce`?"));
    // Naming a provider does not make a slip an integration.
    let failure = load("[integrations.salesfroce]\nprovider = \"salesforce\"\n", &[], &[]).unwrap_err();
    assert!(hint(failure).starts_with("did you mean `salesforce`?"));
    let failure = load("[integrations.warehouse]\nbase_url = \"http://h\"\n", &[], &[]).unwrap_err();
    assert!(hint(failure).contains("integrations.warehouse.provider"));
}

#[test]
fn an_integration_that_only_connections_use_needs_no_folder() {
    for file in [
        "[integrations.warehouse]\nprovider = \"notion\"\n",
        "[integrations.github]\nclient_id = \"x\"\n",
        "[integrations.salesforce-eu]\nprovider = \"salesforce\"\n",
    ] {
        load(file, &[], &[]).unwrap();
    }
    load("", &[], &["integrations.warehouse.provider=notion"]).unwrap();
}

#[test]
fn every_setting_is_listed_and_no_secret_is_shown() {
    let file = "[variables]\nA = \"hunter2\"\n[integrations.crm]\nclient_secret = \"hunter2\"\n\
                [environments.prod.database]\nurl = \"postgres://u:hunter2@h/d\"\n";
    let config = load(file, &[("ONEVENT_ENCRYPTION_KEY", "hunter2")], &[]).unwrap();
    let entries = config.resolved();
    for setting in SETTINGS.iter().filter(|setting| setting.placeholder() != Some("function")) {
        assert!(entries.iter().any(|entry| entry.setting.key == setting.key), "{}", setting.key);
    }
    assert!(!format!("{entries:?}{config:?}").contains("hunter2"));
    let shown = |key: &str| entries.iter().find(|entry| entry.key.to_string() == key).unwrap().shown.clone();
    assert_eq!(shown("encryption_key").unwrap().text, "[redacted]");
    assert_eq!(shown("providers"), None);
}

#[test]
fn hosts_without_a_seal_are_an_error_that_names_it() {
    let hosts = "[integrations.salesforce]\nhosts = [\"*.example.com\"]\n";
    for unsealed in ["", "seal_credentials = false\n"] {
        let failure = load(&format!("{hosts}{unsealed}"), &[], &[]).unwrap_err();
        assert_eq!((failure.code(), failure.blame()), ("invalid_setting", Blame::Project));
        assert_eq!(failure.location().unwrap().line, 2);
        assert!(failure.to_string().contains("`integrations.salesforce.seal_credentials` is not true"));
    }
    load(&format!("{hosts}seal_credentials = true\n"), &[], &[]).unwrap();
    load(hosts, &[], &["integrations.salesforce.seal_credentials=true"]).unwrap();
    let variable = [("ONEVENT_INTEGRATIONS_SALESFORCE_HOSTS", "a.example.com")];
    let failure = load("", &variable, &[]).unwrap_err();
    assert!(failure.blame() == Blame::Caller && failure.to_string().starts_with(variable[0].0));
}
