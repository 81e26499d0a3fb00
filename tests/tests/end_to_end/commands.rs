//! What commands say when something is not there, or is there already.

use std::time::Duration;

use onevent_tests::{Fault, Target, Times};
use serde_json::json;

use crate::world::{ORG, World};

#[test]
fn creating_twice_names_reconnect_and_reconnecting_nobody_names_create() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    let runs = world.run(&["runs", "list"]).document;
    let answer = world.create("acme", "first");
    assert_eq!(answer.error_code(), "connection_exists");
    assert!(answer.document["error"].to_string().contains("reconnect"));
    assert_ne!(answer.code, 0);
    let answer = world.reconnect("nobody", "first");
    assert_eq!(answer.error_code(), "unknown_connection");
    assert!(answer.document["error"].to_string().contains("onevent connection create salesforce nobody"));
    assert_eq!(world.run(&["runs", "list"]).document, runs, "nothing ran");
}

#[test]
fn metadata_survives_every_reconnect_whatever_the_credentials_are() {
    let world = World::with_functions(&[("check", "validate-connection", "undefined", "")]);
    world.file("onevent.toml", "[integrations.salesforce]\nprovider = \"openai\"\n");
    world.file("key.json", r#"{"type": "API_KEY", "apiKey": "key-1234567"}"#);
    world.create_with("acme", "key", &["--metadata", r#"{"kept": 1}"#]).exits(0);
    world.reconnect("acme", "key").exits(0);
    assert_eq!(world.metadata("acme"), json!({"kept": 1}));
}

#[test]
fn metadata_commands_read_replace_and_merge() {
    let world = World::with_functions(&[("check", "validate-connection", "undefined", "")]);
    world.create("acme", "first").exits(0);
    let metadata = |arguments: &[&str]| world.run(&[&["connection", "metadata"], arguments].concat());
    metadata(&["set", "salesforce", "acme", r#"{"a": 1, "b": 2}"#]).exits(0);
    metadata(&["update", "salesforce", "acme", r#"{"b": 3}"#]).exits(0);
    assert_eq!(world.metadata("acme"), json!({"a": 1, "b": 3}));
    let answer = metadata(&["get", "salesforce", "acme"]).exits(0);
    assert!(answer.document.to_string().contains(r#"{"a":1,"b":3}"#), "{:#}", answer.document);
    metadata(&["set", "salesforce", "acme", "[1]"]).exits(2);
}

#[test]
fn what_a_user_wrote_is_protected_by_the_warning_too() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    world.run(&["connection", "metadata", "update", "salesforce", "acme", r#"{"plan": "gold"}"#]).exits(0);
    let answer = world.reconnect("acme", "first").exits(0);
    let warnings = answer.report("validate-connection")["warnings"].as_array().unwrap();
    let by_user = warnings
        .iter()
        .find(|warning| warning["written_by"] == "user")
        .unwrap_or_else(|| panic!("{warnings:?}"));
    assert_eq!(by_user["keys"], json!(["plan"]));
}

#[test]
fn runs_are_kept_and_shown() {
    let world = World::documented();
    let created = world.create("acme", "first").exits(0);
    let run_id = created.report("validate-connection")["run_id"].as_str().unwrap().to_owned();
    let shown = world.run(&["runs", "show", &run_id]).exits(0);
    assert_eq!(shown.report("validate-connection")["metadata"]["after"], json!({"organizationId": ORG}));
    let listed = world.run(&["runs", "list", "--outcome", "succeeded"]).exits(0);
    assert!(listed.document.to_string().contains(&run_id));
    let none = world.run(&["runs", "list", "--outcome", "rejected"]).exits(0);
    assert!(!none.document.to_string().contains(&run_id));
}

#[test]
fn environments_are_separate() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    assert_eq!(
        world.run(&["connection", "get", "salesforce", "acme", "-e", "prod"]).error_code(),
        "unknown_connection"
    );
    world.create_with("acme", "other", &["-e", "prod"]).exits(0);
    assert_eq!(
        world.connection("acme").unwrap()["metadata"]["webhookId"],
        json!(world.provider.webhooks(ORG)[0].id)
    );
}

#[test]
fn a_broken_function_blocks_its_integration_and_nothing_else() {
    let world = World::documented();
    let index = std::fs::read_to_string(world.path().join("index.ts")).unwrap();
    world.file("index.ts", &format!("{index}import './github/on-events/broken';\n"));
    world.file("github/on-events/broken.ts", "export default {;\n");
    world.create("acme", "first").exits(0);
    let functions = world.run(&["functions"]).exits(10);
    assert!(functions.document.to_string().contains("syntax_error"), "{:#}", functions.document);
    world.file("key.json", r#"{"type": "OAUTH2", "access_token": "tok-1234567"}"#);
    let answer = world.run(&["connection", "create", "github", "x", "--credentials", "@key.json"]).exits(10);
    assert_eq!(answer.document["error"]["file"], "github/on-events/broken.ts");
    assert_eq!(answer.document["error"]["line"], 1);
    world.run(&["dryrun", "broken", "x"]).exits(10);
}

#[test]
fn a_reconnect_waits_for_the_creation_that_another_process_has_begun() {
    let world = World::validating("await nango.get({ endpoint: '/services/oauth2/userinfo' });");
    let delay = Fault::Delay(Duration::from_millis(500));
    world.provider.plan_fault(Target::path("/services"), delay, Times::Next(1));
    let mut create = world.creation("acme", "first", &[]);
    let creating = create.spawn().unwrap();
    // The request is with the provider: the connection is stored, and nobody has accepted it.
    while world.provider.journal().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    world.reconnect("acme", "other").exits(0);
    assert!(creating.wait_with_output().unwrap().status.success());
}

#[test]
fn two_operations_on_one_connection_take_turns() {
    let world = World::validating(
        "const seen = (await nango.getMetadata())?.runs ?? [];\n\
         await new Promise((r) => setTimeout(r, 300));\n\
         await nango.setMetadata({ runs: [...seen, nango.connectionId] });",
    );
    world.create("acme", "first").exits(0);
    let start = || world.reconnection("acme", "first").spawn().unwrap();
    let both = [start(), start()];
    for child in both {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    // Had they overlapped, the later `setMetadata` would have dropped the earlier one's entry.
    assert_eq!(world.metadata("acme"), json!({"runs": ["acme", "acme", "acme"]}));
}

#[test]
fn metadata_that_is_too_large_is_refused_by_every_door() {
    let world = World::with_functions(&[("check", "validate-connection", "undefined", "")]);
    world.file("large.json", &json!({ "text": "x".repeat(1024 * 1024) }).to_string());
    let create = ["connection", "create", "salesforce", "acme", "--credentials", "@first.json"];
    let answer = world.run(&[&create[..], &["--metadata", "@large.json"]].concat()).exits(2);
    assert_eq!(answer.error_code(), "metadata_too_large");
    assert_eq!(world.connection("acme"), None);
    world.create("acme", "first").exits(0);
    for verb in ["set", "update"] {
        let answer =
            world.run(&["connection", "metadata", verb, "salesforce", "acme", "@large.json"]).exits(2);
        assert_eq!(answer.error_code(), "metadata_too_large");
    }
    assert_eq!(world.metadata("acme"), json!(null));
}
