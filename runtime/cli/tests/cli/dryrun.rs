//! `onevent dryrun`: real requests, nothing kept.

use onevent_tests::{Fault, Target, Times};
use serde_json::json;

use crate::stage::{ACCOUNT, Stage, TOKEN};

const VALIDATE: [&str; 5] = ["dryrun", "validate-connection", "acme", "--connection", "@connection.json"];

fn stage() -> Stage {
    let stage = Stage::new();
    stage.write(
        "connection.json",
        &json!({"credentials": {"type": "OAUTH2", "access_token": TOKEN}}).to_string(),
    );
    stage
}

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&VALIDATE[..], more].concat()
}

#[test]
fn a_dry_run_keeps_nothing_not_even_a_file() {
    let stage = stage();
    let before = stage.files();
    let answer = stage.run(&VALIDATE);
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.says(&[
        "✓ salesforce/validate-connection succeeded  acme · dev · dry run",
        "connection accepted",
        "http [200] GET ",
        "/services/oauth2/userinfo",
        "metadata not stored",
        &format!("+ organizationId: \"{ACCOUNT}\""),
        "wall, ",
    ]);
    assert_eq!(stage.salesforce.journal().len(), 1, "the request was real");
    assert_eq!(stage.files(), before);
}

#[test]
fn a_dry_run_of_a_stored_connection_changes_nothing() {
    let stage = stage();
    stage.json("operation", &["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"]);
    let show = ["connection", "get", "salesforce", "acme"];
    let (_, before) = stage.json("connection", &show);
    let files = stage.files();
    let (code, report) = stage.json("run-report", &["dryrun", "validate-connection", "acme"]);
    assert_eq!((code, &report["metadata"]["persisted"]), (0, &json!(false)));
    assert_eq!(stage.files(), files);
    assert_eq!(stage.json("connection", &show).1, before);
}

#[test]
fn how_the_function_ended_is_the_exit_code() {
    let stage = stage();
    let (code, report) = stage.json("run-report", &with(&["--metadata", "{\"organizationId\": \"00D9\"}"]));
    assert_eq!((code, &report["outcome"]), (3, &json!("rejected")));
    assert_eq!(report["verdict"]["accepted"], false);
    assert_eq!(report["error"]["frames"][0]["line"], 33);

    let (code, report) =
        stage.json("run-report", &with(&["--metadata", "{\"organizationId\": 9}", "--validate"]));
    assert_eq!((code, &report["error"]["type"]), (5, &json!("invalid_metadata")));

    stage.salesforce.plan_fault(Target::path("/services"), Fault::status(404, "gone"), Times::Next(1));
    let (code, report) = stage.json("run-report", &VALIDATE);
    assert_eq!((code, &report["error"]["type"]), (1, &json!("script_http_error")));

    let (code, report) = stage.json("run-report", &with(&["--set", "egress.allow=10.0.0.0/8"]));
    assert_eq!((code, &report["error"]["code"]), (1, &json!("denied_ip")));

    let (code, document) = stage.json("error", &with(&["--set", "limits.wall=0s"]));
    assert_eq!((code, &document["error"]["code"]), (2, &json!("invalid_setting")));
}

#[test]
fn a_warning_is_shown_and_changes_no_exit_code() {
    let stage = stage();
    let setup = [
        "dryrun",
        "salesforce/post-connection-setup",
        "acme",
        "--connection",
        "@connection.json",
        "--metadata",
        "{\"organizationId\": \"00D1\"}",
    ];
    let answer = stage.run(&setup);
    assert_eq!(answer.code, 0);
    answer.says(&["- organizationId: \"00D1\"", "+ webhookId: ", "warning[metadata_keys_dropped]"]);
}

#[test]
fn an_error_is_shown_in_the_code_that_threw_it() {
    let stage = stage();
    let answer = stage.run(&with(&["--metadata", "{\"organizationId\": \"00D9\"}"]));
    assert_eq!(answer.code, 3);
    answer.says(&[
        "✗ salesforce/validate-connection rejected",
        &format!("error[action_script_runtime_error]: Salesforce org mismatch: expected 00D9, got {ACCOUNT}"),
        "salesforce/on-events/validate-connection.ts:33:",
        "throw new nango.ActionError(",
    ]);
}

#[test]
fn nangos_own_connection_is_read_as_it_is() {
    let stage = stage();
    stage.json("operation", &["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"]);
    let (_, document) =
        stage.json("connection", &["connection", "get", "salesforce", "acme", "--show-credentials"]);
    assert_eq!(document["connection"]["credentials"]["access_token"], TOKEN);
    stage.write("nango.json", &document["connection"].to_string());
    let (code, _) =
        stage.json("run-report", &["dryrun", "validate-connection", "b", "--connection", "@nango.json"]);
    assert_eq!(code, 0);
}

#[test]
fn a_name_in_two_integrations_needs_to_be_told_apart() {
    let stage = stage();
    let code = "import { createOnEvent } from 'nango';\nexport default createOnEvent({\n  description: 'd',\n  \
                event: 'validate-connection',\n  exec: async () => {},\n});\n";
    stage.function("github/on-events/validate-connection", code);
    let (exit, document) = stage.json("error", &VALIDATE);
    assert_eq!((exit, &document["error"]["code"]), (2, &json!("ambiguous_function")));
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.contains("salesforce/validate-connection or github/validate-connection"), "{message}");

    let (exit, report) = stage.json("run-report", &with(&["--integration-id", "github"]));
    assert_eq!((exit, &report["integration"]), (0, &json!("github")));

    stage.json("operation", &["connection", "create", "github", "acme", "--credentials", "@acme.json"]);
    let (exit, report) = stage.json("run-report", &["dryrun", "validate-connection", "acme"]);
    assert_eq!((exit, &report["integration"]), (0, &json!("github")), "the stored connection tells");
}

#[test]
fn a_provider_of_ones_own_comes_from_a_file() {
    let stage = stage();
    let source = "import { createOnEvent } from 'nango';\nexport default createOnEvent({\n  description: 'd',\n  \
                event: 'validate-connection',\n  exec: async (nango) => { await nango.get({ endpoint: '/services/oauth2/userinfo' }); },\n});\n";
    stage.function("own/on-events/ask", source);
    let yaml = format!(
        "own:\n  display_name: Own\n  auth_mode: NONE\n  proxy:\n    base_url: {}\n",
        stage.salesforce.base_url()
    );
    stage.write("providers.yaml", &yaml);
    let create = ["connection", "create", "own", "acme", "--providers", "providers.yaml"];
    let (code, done) = stage.json("operation", &create);
    assert_eq!(code, 1, "the provider wants a token, and this template sends none");
    assert_eq!(done["runs"][0]["http"][0]["status"], 401);

    let secret = "  connection_config:\n    region: {type: string}\n    pin: {type: string, secret: true}\n";
    stage.write("providers.yaml", &yaml.replace("  proxy:", &format!("{secret}  proxy:")));
    let call = "await nango.get({ endpoint: '/services/oauth2/userinfo' });";
    stage.write("own/on-events/ask.ts", &source.replace(call, ""));
    let settings = ["--connection-config", "region=eu", "--connection-config", "pin=4711-0815"];
    assert_eq!(stage.json("operation", &[&create[..], &settings].concat()).0, 0);
    let get = ["connection", "get", "own", "acme", "--providers", "providers.yaml"];
    let (_, shown) = stage.json("connection", &get);
    assert_eq!(shown["connection"]["connection_config"], json!({"region": "eu", "pin": "[redacted]"}));

    stage.write("providers.yaml", "own:\n  display_name: Own\n  auth_mode: [1\n");
    let answer = stage.run(&create);
    assert_eq!(answer.code, 10);
    answer.complains(&["error[providers_unreadable]", "providers.yaml:"]);
    let (code, document) = stage.json("error", &["connection", "create", "salesforce", "acme"]);
    assert_eq!((code, &document["error"]["code"]), (2, &json!("missing_credentials")));
}
