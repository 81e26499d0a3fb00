//! The documented functions through a connection's life.

use onevent_tests::{Fault, Target, Times};
use serde_json::json;

use crate::world::{ORG, OTHER_ORG, World};

const VALIDATE: &str = "validate-connection";
const SETUP: &str = "post-connection-setup";
const CLEANUP: &str = "pre-connection-cleanup";

#[test]
fn a_first_connect_is_validated_then_set_up() {
    let world = World::documented();
    let answer = world.create("acme", "first").exits(0);
    let validation = answer.report(VALIDATE);
    assert_eq!(validation["outcome"], "succeeded");
    assert_eq!(validation["verdict"], json!({"accepted": true, "message": null}));
    assert_eq!(validation["operation"], "creation");
    assert_eq!(validation["metadata"]["after"], json!({"organizationId": ORG}));
    let setup = answer.report(SETUP);
    assert_eq!(setup["outcome"], "succeeded");
    assert_eq!(setup["verdict"], json!(null));
    let webhooks = world.provider.webhooks(ORG);
    assert_eq!(webhooks.len(), 1);
    // `setMetadata` replaces: the setup function drops what validation had locked, and the report says so.
    assert_eq!(world.metadata("acme"), json!({"webhookId": webhooks[0].id}));
    let warning = &setup["warnings"][0];
    assert_eq!(warning["code"], "metadata_keys_dropped");
    assert_eq!(warning["keys"], json!(["organizationId"]));
    assert_eq!(warning["written_by"], "salesforce/validate-connection");
    assert!(warning["message"].as_str().unwrap().contains("updateMetadata"), "{warning}");
    assert_eq!(setup["http"][0]["method"], "POST");
    assert_eq!(setup["http"][0]["status"], 201);
}

#[test]
fn a_first_connect_that_is_rejected_leaves_nothing() {
    let world = World::documented();
    world.provider.plan_fault(
        Target::path("/services/oauth2/userinfo"),
        Fault::MissingOrganizationId,
        Times::Always,
    );
    let answer = world.create("acme", "first").exits(3);
    let validation = answer.report(VALIDATE);
    assert_eq!(validation["outcome"], "rejected");
    assert_eq!(validation["error"]["type"], "action_script_runtime_error");
    let message = "Salesforce connection missing organization_id from /services/oauth2/userinfo";
    assert_eq!(validation["verdict"], json!({"accepted": false, "message": message}));
    assert!(answer.reports(SETUP).is_empty());
    assert_eq!(world.connection("acme"), None);
    assert!(world.provider.webhooks(ORG).is_empty());
    // What ran is on record, though the connection is gone.
    let runs = world.run(&["runs", "list", "--connection", "acme"]).exits(0);
    assert!(runs.document.to_string().contains("validate-connection"), "{:#}", runs.document);
}

#[test]
fn a_reconnect_as_the_same_account_is_accepted_and_does_not_set_up_again() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    let answer = world.reconnect("acme", "first").exits(0);
    assert_eq!(answer.report(VALIDATE)["operation"], "override");
    assert!(answer.reports(SETUP).is_empty());
    assert_eq!(world.provider.webhooks(ORG).len(), 1);
    assert_eq!(world.metadata("acme"), json!({"organizationId": ORG}));
    assert!(!world.has_auth_error("acme"));
}

#[test]
fn a_reconnect_as_another_account_is_rejected_until_the_first_one_comes_back() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    world.reconnect("acme", "first").exits(0);
    let answer = world.reconnect("acme", "other").exits(3);
    let message = format!("Salesforce org mismatch: expected {ORG}, got {OTHER_ORG}");
    assert_eq!(answer.report(VALIDATE)["verdict"]["message"], json!(message));
    assert!(world.has_auth_error("acme"));
    assert_eq!(world.metadata("acme"), json!({"organizationId": ORG}));

    // Until an explicit reconnect, a dry run of a function that is neither validation nor cleanup gets 424.
    let setup = world.run(&["dryrun", SETUP, "acme"]).exits(1);
    assert_eq!(setup.report(SETUP)["error"]["status"], 424, "{:#}", setup.document);

    world.reconnect("acme", "first").exits(0);
    assert!(!world.has_auth_error("acme"));
}

#[test]
fn a_rejected_connection_can_still_be_cleaned_up() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    let webhook = world.provider.webhooks(ORG)[0].id.clone();
    world.reconnect("acme", "first").exits(0);
    let metadata = json!({"organizationId": ORG, "webhookId": webhook}).to_string();
    world.run(&["connection", "metadata", "set", "salesforce", "acme", &metadata]).exits(0);
    world.reconnect("acme", "other").exits(3);
    let answer = world.delete("acme").exits(0);
    // Cleanup reads the stored metadata and uses the last credentials, which are the other organization's.
    assert_eq!(answer.report(CLEANUP)["http"][0]["method"], "DELETE");
    assert_eq!(world.connection("acme"), None);
}

#[test]
fn a_deletion_cleans_up_first() {
    let world = World::documented();
    world.create("globex", "other").exits(0);
    assert_eq!(world.provider.webhooks(OTHER_ORG).len(), 1);
    let answer = world.delete("globex").exits(0);
    let cleanup = answer.report(CLEANUP);
    assert_eq!((&cleanup["outcome"], &cleanup["operation"]), (&json!("succeeded"), &json!("deletion")));
    assert!(world.provider.webhooks(OTHER_ORG).is_empty());
    assert_eq!(world.connection("globex"), None);
}

#[test]
fn a_cleanup_without_a_webhook_asks_for_nothing() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    world.reconnect("acme", "first").exits(0);
    let before = world.provider.journal().len();
    let answer = world.delete("acme").exits(0);
    assert_eq!(answer.report(CLEANUP)["http"], json!([]));
    assert_eq!(world.provider.journal().len(), before);
}

#[test]
fn a_failed_cleanup_is_recorded_and_the_deletion_goes_on() {
    for (strict, code) in [(false, 0), (true, 1)] {
        let world = World::documented();
        world.create("acme", "first").exits(0);
        let webhook = world.provider.webhooks(ORG)[0].id.clone();
        assert!(world.provider.remove_webhook(&webhook));
        let mut arguments = vec!["connection", "delete", "salesforce", "acme"];
        arguments.extend(strict.then_some("--strict"));
        let answer = world.run(&arguments).exits(code);
        assert_eq!(answer.report(CLEANUP)["error"]["type"], "script_http_error");
        assert_eq!(answer.report(CLEANUP)["error"]["status"], 404);
        assert_eq!(world.connection("acme"), None);
    }
}

#[test]
fn a_failed_setup_keeps_the_connection() {
    for (strict, code) in [(false, 0), (true, 1)] {
        let world = World::documented();
        world.provider.plan_fault(Target::path("/webhooks"), Fault::status(500, "later"), Times::Always);
        let flags: &[&str] = if strict { &["--strict"] } else { &[] };
        let answer = world.create_with("acme", "first", flags).exits(code);
        assert_eq!(answer.report(SETUP)["outcome"], "failed");
        assert!(answer.document.to_string().contains("function_failed"), "{:#}", answer.document);
        assert_eq!(world.metadata("acme"), json!({"organizationId": ORG}));
    }
}

#[test]
fn a_dry_run_makes_its_requests_and_stores_nothing() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    let before = (world.metadata("acme"), world.run(&["runs", "list"]).document);
    let answer = world.run(&["dryrun", SETUP, "acme"]).exits(0);
    let report = answer.report(SETUP);
    assert_eq!((&report["mode"], &report["metadata"]["persisted"]), (&json!("dry"), &json!(false)));
    assert_ne!(report["metadata"]["before"], report["metadata"]["after"]);
    assert_eq!(world.provider.webhooks(ORG).len(), 2, "the request is real");
    assert_eq!((world.metadata("acme"), world.run(&["runs", "list"]).document), before);
}

#[test]
fn a_dry_run_without_a_stored_connection_creates_no_database() {
    let world = World::documented();
    let connection = json!({ "credentials": { "type": "OAUTH2", "access_token": crate::world::TOKEN } });
    world.file("connection.json", &connection.to_string());
    let files = || {
        let mut names: Vec<_> =
            std::fs::read_dir(world.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    let answer = world.run(&["dryrun", VALIDATE, "acme", "--connection", "@connection.json"]).exits(0);
    assert_eq!(answer.report(VALIDATE)["metadata"]["after"], json!({"organizationId": ORG}));
    let own: Vec<_> = files().into_iter().filter(|name| !before.contains(name)).collect();
    assert_eq!(own, [".onevent"], "what is known of functions, and nothing else");
    assert!(!world.path().join(".onevent/onevent.sqlite3").exists());

    let locked = r#"{"organizationId": "00D-somebody-else"}"#;
    let answer = world
        .run(&["dryrun", VALIDATE, "acme", "--connection", "@connection.json", "--metadata", locked])
        .exits(3);
    assert_eq!(answer.report(VALIDATE)["outcome"], "rejected");
}

#[test]
fn no_document_shows_a_token() {
    let world = World::documented();
    let create = world.create("acme", "first");
    let get = world.run(&["connection", "get", "salesforce", "acme"]);
    for answer in [&create, &get, &world.run(&["connection", "list"]), &world.run(&["config"])] {
        assert!(!answer.document.to_string().contains(crate::world::TOKEN));
        assert!(!answer.stderr.contains(crate::world::TOKEN));
    }
    let shown = world.run(&["connection", "get", "salesforce", "acme", "--show-credentials"]).exits(0);
    assert!(shown.document.to_string().contains(crate::world::TOKEN), "the probe sees a token that is there");
}
