//! The corpus: what functions of our own do under Node 20 with Nango's classes, and that onevent does the same.
//! `tests/corpus/README.md` says where the fixtures come from.

mod files;
mod mutants;
mod node;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::files::{copied, fixtures};
use crate::world::run_in;

/// The auth modes of Nango's connections, and none.
const AUTH_MODES: [&str; 14] = [
    "API_KEY",
    "APP",
    "AWS_SIGV4",
    "BASIC",
    "BILL",
    "CUSTOM",
    "JWT",
    "NONE",
    "OAUTH1",
    "OAUTH2",
    "OAUTH2_CC",
    "SIGNATURE",
    "TBA",
    "TWO_STEP",
];
/// The corpus has at least so many of each.
const FIXTURES: usize = 200;
const INTEGRATIONS: usize = 20;
const EVENT_FUNCTIONS: usize = 15;

/// The results of `onevent test`, by fixture.
fn results(document: &Value) -> BTreeMap<&str, &Value> {
    let tests = document["tests"].as_array().unwrap();
    tests.iter().map(|test| (test["fixture"].as_str().unwrap(), test)).collect()
}

#[test]
fn onevent_does_what_node_does_with_nangos_classes() {
    agrees_with_node("realm=isolate");
}

#[test]
fn so_it_does_where_runs_share_an_isolate() {
    agrees_with_node("realm=shared");
}

#[test]
fn so_it_does_where_each_run_is_in_a_child_process() {
    agrees_with_node("isolation=process");
}

fn agrees_with_node(setting: &str) {
    // A copy has no installed packages, which would be the recorder's.
    let project = copied(|path| !path.starts_with("record"));
    let answer = run_in(project.path(), &["test", "--set", setting]);
    let results = results(&answer.document);
    // A message of a test that passed is a value that violates its schema.
    let differing: Vec<String> = results
        .iter()
        .filter(|(_, test)| test["status"] != "passed" || !test["message"].is_null())
        .map(|(fixture, test)| format!("{fixture}: {}", test["message"].as_str().unwrap_or_default()))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert_eq!(answer.code, 0);

    let fixtures = fixtures();
    assert_eq!(results.keys().copied().collect::<Vec<_>>(), fixtures.keys().collect::<Vec<_>>());
    assert!(fixtures.len() >= FIXTURES, "{} fixtures", fixtures.len());
    let text = |test: &Value, field: &str| test[field].as_str().unwrap().to_owned();
    let integrations: BTreeSet<String> = results.values().map(|test| text(test, "integration")).collect();
    assert!(integrations.len() >= INTEGRATIONS, "{integrations:?}");
    let events: BTreeSet<(String, String)> = results
        .values()
        .filter(|test| test["kind"] == "on-event")
        .map(|test| (text(test, "integration"), text(test, "function")))
        .collect();
    assert!(events.len() >= EVENT_FUNCTIONS, "{events:?}");
    let mode = |fixture: &Value| fixture["nango"]["getConnection"]["credentials"]["type"].clone();
    let modes: BTreeSet<String> =
        fixtures.values().map(|fixture| mode(fixture).as_str().unwrap_or("NONE").to_owned()).collect();
    assert_eq!(modes.into_iter().collect::<Vec<_>>(), AUTH_MODES);
}
