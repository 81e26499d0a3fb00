//! The documents of a dry run against Nango, and of its settings.

use onevent_tests::{NangoServer, Scope};
use serde_json::{Value, json};

use crate::schemas;
use crate::stage::{ACCOUNT, CommandOutput, Stage, TOKEN};

const KEY: &str = "7f1d2c3b-4a5e-4f60-8a1b-2c3d4e5f6a7b";

fn document(stage: &Stage, nango: &NangoServer, arguments: &[&str]) -> Value {
    let output = stage
        .command(&[arguments, &["--json"]].concat())
        .envs([("NANGO_HOSTPORT", nango.base_url()), ("NANGO_SECRET_KEY_DEV", KEY)])
        .output()
        .unwrap();
    let answer = CommandOutput::of(output);
    assert_eq!(answer.stderr, "", "with --json everything is in the document");
    serde_json::from_str(&answer.stdout).unwrap()
}

#[test]
fn the_documents_are_as_their_schemas_say() {
    let (stage, nango) = (Stage::new(), NangoServer::start().unwrap());
    nango.allow(KEY, &Scope::ALL);
    nango.integration("salesforce", "salesforce", stage.salesforce.base_url());
    nango.connection("salesforce", "acme", json!({"type": "OAUTH2", "access_token": TOKEN}));
    let report = document(&stage, &nango, &["dryrun", "validate-connection", "acme"]);
    schemas::check("run-report", &report);
    assert_eq!(report["remote"], nango.base_url());
    assert_eq!(report["metadata"]["after"]["organizationId"], ACCOUNT);
    schemas::check("error", &document(&stage, &nango, &["dryrun", "validate-connection", "nobody"]));
    schemas::check("config", &document(&stage, &nango, &["config"]));
}

#[test]
fn a_person_with_two_sides_to_choose_from_is_told_which_was_taken() {
    let stage = Stage::new();
    stage.json("operation", &["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"]);
    let dryrun = ["dryrun", "validate-connection", "acme"];
    let run = |key: &str| {
        CommandOutput::of(stage.command(&dryrun).env("NANGO_SECRET_KEY_DEV", key).output().unwrap())
    };
    run(KEY).complains(&["dry run for the connection stored here (--remote: against https://api.nango.dev)"]);
    assert_eq!(run("").stderr, "", "without a key there is nothing to choose");
}
