//! `onevent config`.

use crate::stage::{CommandOutput, Stage};

#[test]
fn every_value_has_its_origin() {
    let stage = Stage::new();
    stage.write(
        "onevent.toml",
        "[integrations.salesforce]\nclient_secret = \"from-the-file\"\n[limits]\nwall = \"20s\"\ncpu = \"1s\"\n",
    );
    let output = stage
        .command(&["config", "--set", "limits.cpu=3s", "-e", "prod"])
        .env("ONEVENT_LIMITS_CPU", "2s")
        .env("ONEVENT_EGRESS_ALLOW", "127.0.0.1,10.0.0.0/8")
        .output()
        .unwrap();
    let answer = CommandOutput::of(output);
    assert_eq!(answer.code, 0);
    let lines: Vec<Vec<&str>> = answer
        .stdout
        .lines()
        .map(|line| line.split("  ").filter(|c| !c.is_empty()).map(str::trim).collect())
        .collect();
    let database = format!("sqlite:{}/.onevent/onevent.sqlite3", stage.project.path().display());
    let expected = [
        ["setting", "value", "origin"],
        ["environment", "prod", "--environment"],
        ["database.url", &database, "default"],
        ["database.schema", "onevent", "default"],
        ["integrations.salesforce.client_secret", "[redacted]", "onevent.toml:2"],
        ["nango.hostport", "https://api.nango.dev", "default"],
        ["server.body_limit", "75MiB", "default"],
        ["server.rate_limit", "2400", "default"],
        ["server.drain", "25s", "default"],
        ["server.prewarmed_memory", "64MiB", "default"],
        ["server.max_runs", "256", "default"],
        ["server.queue", "1024", "default"],
        ["server.queue_wait", "10s", "default"],
        ["server.shares.environment", "75", "default"],
        ["server.shares.integration", "50", "default"],
        ["server.shares.connection", "25", "default"],
        ["webhooks.auth_creation", "after_setup", "default"],
        ["webhooks.auth_refresh_error", "true", "default"],
        ["webhooks.connection_deletion", "true", "default"],
        ["on_failure.cleanup", "continue", "default"],
        ["on_failure.quarantine", "14days", "default"],
        ["on_failure.setup", "continue", "default"],
        ["staged_credentials", "false", "default"],
        ["retries.max", "5", "default"],
        ["retries.backoff", "5s", "default"],
        ["retries.max_backoff", "5m", "default"],
        ["retention", "30days", "default"],
        ["egress.allow", "127.0.0.1/32, 10.0.0.0/8", "ONEVENT_EGRESS_ALLOW"],
        ["egress.deny", "(none)", "default"],
        ["isolation", "thread", "default"],
        ["isolation_require", "available", "default"],
        ["realm", "isolate", "default"],
        ["limits.wall", "20s", "onevent.toml:4"],
        ["limits.cpu", "3s", "--set"],
        ["limits.heap", "128MiB", "default"],
    ];
    assert_eq!(lines, expected.map(Vec::from));
}

#[test]
fn the_document_is_as_its_schema_says() {
    let stage = Stage::new();
    let (code, document) =
        stage.json("config", &["config", "--database", "sqlite:x.db", "--set", "limits.wall=1s"]);
    assert_eq!(code, 0);
    let find = |key: &str| {
        let settings = document["settings"].as_array().unwrap();
        settings.iter().find(|setting| setting["key"] == key).unwrap().clone()
    };
    assert_eq!(find("limits.wall")["origin"]["name"], "--set");
    assert_eq!(find("database.url")["origin"]["name"], "--database");
    let base_url = find("integrations.salesforce.base_url");
    assert_eq!(
        (&base_url["origin"]["file"], &base_url["origin"]["line"]),
        (&"onevent.toml".into(), &2.into())
    );
}

#[test]
fn all_settings_are_listed_when_asked_for() {
    let stage = Stage::new();
    let (code, document) = stage.json("config", &["config", "--all"]);
    assert_eq!(code, 0);
    let settings = document["settings"].as_array().unwrap();
    let value = |key: &str| settings.iter().find(|setting| setting["key"] == key).map(|row| &row["value"]);
    for key in ["encryption_key", "providers", "nango.secret_key", "integrations.salesforce.client_secret"] {
        assert_eq!(value(key), Some(&serde_json::Value::Null), "{key}");
    }
    assert_eq!(value("limits.heap"), Some(&"128MiB".into()));
    let answer = stage.run(&["config", "--all"]);
    answer.says(&["encryption_key", "(not set)", "default", "limits.heap"]);
}

#[test]
fn limits_of_a_function_hold_for_it_alone() {
    let stage = Stage::new();
    let code = "import { createOnEvent } from 'nango';\nexport default createOnEvent({\n  description: 'd',\n  \
                event: 'validate-connection',\n  exec: async () => { for (;;) {} },\n});\n";
    stage.function("salesforce/on-events/endless", code);
    stage.write("connection.json", "{\"credentials\": {\"access_token\": \"t-0123\"}}");
    let dryrun = ["dryrun", "endless", "acme", "--connection", "@connection.json"];
    let set = ["--set", "functions.salesforce/endless.limits.cpu=50ms"];
    let (code, document) = stage.json("run-report", &[&dryrun[..], &set].concat());
    assert_eq!(code, 4);
    assert_eq!(document["outcome"], "stopped");
    assert_eq!(document["error"]["type"], "cpu_limit_exceeded");
}
