//! What Nango's API says no with, and how it is told.

use std::net::TcpListener;

use onevent_tests::Scope;
use serde_json::json;

use super::stage::{KEY, Stage, UNKNOWN_KEY};
use crate::world::CommandOutput;

const DRYRUN: [&str; 3] = ["dryrun", "check", "acme"];

/// The failure's code, message and hint in one text.
fn told(answer: &CommandOutput) -> String {
    let error = &answer.document["error"];
    format!("{}: {} — {}", answer.error_code(), error["message"].as_str().unwrap(), error["hint"])
}

#[track_caller]
fn says(answer: &CommandOutput, parts: &[&str]) {
    let told = told(answer);
    for part in parts {
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
}

#[test]
fn a_key_that_is_not_taken_names_its_variable_and_the_host() {
    let stage = Stage::with_body("");
    for (key, code) in [(UNKNOWN_KEY, "unknown_account"), ("not-a-key", "invalid_secret_key_format")] {
        let answer = stage.run_with(&DRYRUN, &[("NANGO_SECRET_KEY_DEV", key)]).exits(2);
        let host = stage.nango.base_url();
        says(&answer, &["nango_unauthorized: ", host, code, "settings into NANGO_SECRET_KEY_DEV"]);
        assert!(!told(&answer).contains("not-a-key"));
    }
    let answer = stage.run_with(&DRYRUN, &[("NANGO_SECRET_KEY_DEV", "a\nb")]).exits(2);
    says(&answer, &["invalid_secret_key: ", "NANGO_SECRET_KEY_DEV"]);
    let answer = stage.run_with(&DRYRUN, &[("NANGO_SECRET_KEY_DEV", "clé")]).exits(2);
    assert!(!told(&answer).contains("clé"));
}

#[test]
fn a_key_without_the_scope_names_it() {
    let stage = Stage::with_body("await nango.get({ endpoint: '/x' });");
    stage.nango.allow(UNKNOWN_KEY, &[Scope::Proxy]);
    let answer = stage.run_with(&DRYRUN, &[("NANGO_SECRET_KEY_DEV", UNKNOWN_KEY)]).exits(2);
    says(&answer, &["nango_forbidden: ", "may not read a connection", "environment:connections:read"]);
    // In the run it is the function's error, and is as clear.
    stage.nango.allow(UNKNOWN_KEY, &[Scope::ReadConnections]);
    let answer = stage.run_with(&DRYRUN, &[("NANGO_SECRET_KEY_DEV", UNKNOWN_KEY)]).exits(1);
    let error = &answer.report("check")["error"];
    assert_eq!(error["code"], "nango_forbidden");
    assert!(error["message"].as_str().unwrap().contains("may not make a call"), "{error:#}");
}

#[test]
fn what_is_not_in_nango_is_named() {
    let stage = Stage::with_body("");
    let answer = stage.run(&["dryrun", "check", "nobody"]).exits(1);
    says(
        &answer,
        &["unknown_connection: ", "has no connection `nobody` of `salesforce`", stage.nango.base_url()],
    );
    stage.nango.exhaust("salesforce", "acme");
    let answer = stage.run(&DRYRUN).exits(1);
    says(&answer, &["connection_needs_reconnect: ", "connect it again in Nango"]);

    let stage = Stage::with_body("");
    let code = std::fs::read_to_string(stage.world.path().join("salesforce/on-events/check.ts")).unwrap();
    stage.world.file("crm/on-events/check.ts", &code);
    stage.world.file("index.ts", "import './crm/on-events/check';\n");
    let answer = stage.run(&DRYRUN).exits(1);
    says(&answer, &["unknown_integration: ", "no integration `crm`", "folder"]);
}

#[test]
fn an_id_is_one_segment_of_the_url_whatever_it_holds() {
    let stage = Stage::with_body("nango.log(nango.connectionId);");
    let id = "acme/eu: a+b\\c";
    stage.nango.connection("salesforce", id, json!({}));
    let answer = stage.run(&["dryrun", "check", id]).exits(0);
    assert_eq!(answer.document["logs"][0]["message"], id);
    assert!(
        stage.nango.journal()[0].path.starts_with("/connections/acme%2Feu:%20a+b%5Cc?"),
        "{:?}",
        stage.nango.journal()
    );
    let asked = stage.nango.journal().len();
    let answer = stage.run(&["dryrun", "check", ".."]).exits(2);
    assert_eq!(answer.error_code(), "invalid_name");
    assert_eq!(stage.nango.journal().len(), asked);
}

#[test]
fn a_host_that_does_not_answer_is_named() {
    let stage = Stage::with_body("");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let key = ("NANGO_SECRET_KEY_DEV", KEY);
    let host = format!("http://{closed}");
    let answer = stage.world.run_with(&DRYRUN, &[key, ("NANGO_HOSTPORT", &host)]).exits(12);
    says(&answer, &["nango_unreachable: ", &host, "ECONNREFUSED", "NANGO_HOSTPORT"]);
    // Something else answers there.
    let provider = stage.world.provider.base_url();
    let answer = stage.world.run_with(&DRYRUN, &[key, ("NANGO_HOSTPORT", provider)]).exits(12);
    says(&answer, &["nango_error: ", provider, "404", "is NANGO_HOSTPORT the URL"]);
}

#[test]
fn a_redirect_does_not_take_the_key_anywhere() {
    let stage = Stage::with_body("");
    stage.nango.redirect_to(&format!("{}/elsewhere", stage.world.provider.base_url()));
    let answer = stage.run(&DRYRUN).exits(2);
    let to = format!("NANGO_HOSTPORT={}", stage.world.provider.base_url());
    says(&answer, &["nango_redirects: ", &to]);
    assert!(stage.world.provider.journal().is_empty());
}
