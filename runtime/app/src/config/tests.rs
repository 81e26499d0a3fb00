use super::*;

fn load(file: &str, variables: &[(&str, &str)], set: &[&str]) -> Result<Config, ConfigError> {
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join(file::NAME), file).unwrap();
    let surroundings = Surroundings {
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        nango: Default::default(),
        directory: "/here".into(),
    };
    let names = ProjectNames {
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
    config.entries[&Key::parse(key).unwrap()].origin.to_string()
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let file = "[limits]\nwall = \"1s\"\ncpu = \"1s\"\nheap = \"64MiB\"\n";
    let variables = [("ONEVENT_LIMITS_WALL", "2s"), ("ONEVENT_LIMITS_CPU", "2s")];
    let config = load(file, &variables, &["limits.wall=3s"]).unwrap();
    let limits = config.limits_for(&key("salesforce/setup"));
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
    let limits = config.limits_for(&key("salesforce/setup"));
    assert_eq!((limits.wall, limits.cpu), (Duration::from_secs(20), Duration::from_secs(7)));
    assert_eq!(config.limits_for(&key("salesforce/validate")).wall, Duration::from_secs(1));
}

#[test]
fn integrations_come_from_every_source() {
    let file = "[integrations.crm]\nprovider = \"salesforce\"\n";
    let variables = [("ONEVENT_INTEGRATIONS_CRM_CLIENT_SECRET", "s3cret")];
    let config = load(file, &variables, &["integrations.crm.base_url=http://127.0.0.1:1"]).unwrap();
    let found = config.integrations();
    let crm = &found[&IntegrationId::new("crm").unwrap()];
    assert_eq!(crm.provider.as_deref(), Some("salesforce"));
    assert_eq!(crm.base_url.as_deref(), Some("http://127.0.0.1:1"));
    assert_eq!(crm.client_secret, Some(Secret::new("s3cret")));
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn limits_that_no_run_can_start_under_are_refused_where_they_are_set() {
    let failure = load("[limits]\nheap = \"1MiB\"\n", &[], &[]).unwrap_err();
    assert_eq!(failure.location.unwrap().line, 2);
    let failure = load("", &[("ONEVENT_LIMITS_CPU", "0s")], &[]).unwrap_err();
    assert!(failure.message.starts_with("ONEVENT_LIMITS_CPU: "));
    let failure = load("", &[], &["functions.salesforce/setpu.limits.wall=1s"]).unwrap_err();
    assert_eq!(failure.hint.as_deref(), Some("did you mean `salesforce/setup`?"));
}

#[test]
fn paths_start_where_they_are_written() {
    let config =
        load("providers = \"more.yaml\"\n", &[("ONEVENT_DATABASE_URL", "sqlite:x.db")], &[]).unwrap();
    assert_eq!(config.providers(), Some(config.project.join("more.yaml").as_path()));
    assert_eq!(config.database(), Some(Path::new("/here/x.db")));
}
