//! Connections from their creation to their deletion, as documents and exit codes.

use onevent_tests::{Fault, Target, Times};
use serde_json::{Value, json};

use crate::stage::{ACCOUNT, CommandOutput, OTHER_ACCOUNT, OTHER_TOKEN, Stage, TOKEN};

const CREATE: [&str; 6] = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
const RECONNECT_OTHER: [&str; 6] =
    ["connection", "reconnect", "salesforce", "acme", "--credentials", "@other.json"];
const GET: [&str; 4] = ["connection", "get", "salesforce", "acme"];
const DELETE: [&str; 4] = ["connection", "delete", "salesforce", "acme"];

fn no_secret_in(document: &Value) {
    let text = document.to_string();
    assert!(!text.contains(TOKEN) && !text.contains(OTHER_TOKEN), "{text}");
}

#[test]
fn a_connection_lives_and_every_document_is_as_its_schema_says() {
    let stage = Stage::new();
    let (code, created) = stage.json("operation", &CREATE);
    assert_eq!((code, &created["accepted"]), (0, &json!(true)));
    assert_eq!(created["runs"].as_array().unwrap().len(), 2);
    no_secret_in(&created);

    let (code, exists) = stage.json("error", &CREATE);
    assert_eq!((code, &exists["error"]["code"]), (1, &json!("connection_exists")));
    assert!(exists["error"]["hint"].as_str().unwrap().contains("connection reconnect salesforce acme"));

    let (_, list) = stage.json("connection-list", &["connection", "list"]);
    assert_eq!(list["connections"][0]["connection_id"], "acme");
    let (_, none) = stage.json("connection-list", &["connection", "list", "-e", "prod"]);
    assert_eq!(none["connections"], json!([]));

    // The setup function dropped the lock; the product puts it back.
    let update = ["connection", "metadata", "update", "salesforce", "acme"];
    let (code, metadata) =
        stage.json("metadata", &[&update[..], &[&format!("{{\"organizationId\": \"{ACCOUNT}\"}}")]].concat());
    assert_eq!((code, &metadata["metadata"]["organizationId"]), (0, &json!(ACCOUNT)));
    assert_eq!(metadata["metadata"]["webhookId"], "wh_1");

    let (code, rejected) = stage.json("operation", &RECONNECT_OTHER);
    assert_eq!((code, &rejected["accepted"]), (3, &json!(false)));
    let told = format!("Salesforce org mismatch: expected {ACCOUNT}, got {OTHER_ACCOUNT}");
    assert_eq!(rejected["message"], told);
    let (_, connection) = stage.json("connection", &GET);
    assert_eq!(connection["auth_error"]["message"], told);
    assert_eq!(connection["connection"]["credentials"]["access_token"], "[redacted]");
    no_secret_in(&connection);

    let (_, runs) =
        stage.json("runs-list", &["runs", "list", "--connection", "acme", "--outcome", "rejected"]);
    assert_eq!(runs["runs"].as_array().unwrap().len(), 1);
    let run_id = runs["runs"][0]["run_id"].as_str().unwrap();
    let (code, shown) = stage.json("run-report", &["runs", "show", run_id]);
    assert_eq!((code, &shown["outcome"]), (0, &json!("rejected")));
    stage.run(&["runs", "show", run_id]).says(&[
        "✗ salesforce/validate-connection rejected",
        "error[",
        ":33:",
    ]);

    let (code, deleted) = stage.json("operation", &DELETE);
    assert_eq!((code, &deleted["accepted"]), (0, &Value::Null));
    let (code, _) = stage.json("error", &GET);
    assert_eq!(code, 1);
}

#[test]
fn a_rejected_creation_leaves_nothing_and_says_why() {
    let stage = Stage::new();
    stage.salesforce.plan_fault(Target::path("/services"), Fault::MissingOrganizationId, Times::Next(1));
    let answer = stage.run(&CREATE);
    assert_eq!(answer.code, 3);
    answer.says(&["missing organization_id", "✗ salesforce/acme was rejected: nothing is kept"]);
    assert_eq!(stage.json("error", &GET).0, 1);
    stage.salesforce.plan_fault(Target::path("/services"), Fault::status(500, "down"), Times::Next(1));
    assert_eq!(stage.json("operation", &CREATE).0, 1);
}

#[test]
fn a_failed_setup_and_a_failed_cleanup_are_warnings() {
    let stage = Stage::new();
    let hooks = || Target::path("/webhooks");
    stage.salesforce.plan_fault(hooks(), Fault::status(500, "down"), Times::Next(1));
    let answer = stage.run(&CREATE);
    assert_eq!(answer.code, 0);
    answer.says(&[
        "✓ salesforce/acme created",
        "warning[function_failed]: salesforce/post-connection-setup failed",
    ]);
    let set = ["connection", "metadata", "set", "salesforce", "acme", "{\"webhookId\": \"wh_9\"}"];
    stage.json("metadata", &set);
    stage.salesforce.plan_fault(hooks(), Fault::status(500, "down"), Times::Next(1));
    let (code, deleted) = stage.json("operation", &[&DELETE[..], &["--strict"]].concat());
    assert_eq!(code, 1);
    assert_eq!(deleted["warnings"][0]["code"], "function_failed");
    assert_eq!(stage.json("error", &GET).0, 1, "it is deleted all the same");
}

#[test]
fn strict_is_about_functions_that_failed_and_about_no_other_warning() {
    let stage = Stage::new();
    let strict = |command: &[&str]| stage.json("operation", &[command, &["--strict"]].concat());
    let (code, created) = strict(&CREATE);
    assert_eq!(created["runs"][1]["warnings"][0]["code"], "metadata_keys_dropped");
    assert_eq!((code, &created["warnings"]), (0, &json!([])));
    stage.json("operation", &DELETE);
    stage.salesforce.plan_fault(Target::path("/webhooks"), Fault::status(500, "down"), Times::Next(1));
    let (code, created) = strict(&CREATE);
    assert_eq!((code, &created["warnings"][0]["code"]), (1, &json!("function_failed")));
    assert_eq!(stage.json("connection", &GET).0, 0, "it is created all the same");
}

#[tokio::test]
async fn a_connection_whose_credentials_are_damaged_can_still_be_deleted() {
    let stage = Stage::new();
    stage.json("operation", &CREATE);
    let database = stage.project.path().join(".onevent/onevent.sqlite3");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("UPDATE connections SET credentials = x'00'").execute(&pool).await.unwrap();
    pool.close().await;
    let (code, document) = stage.json("error", &GET);
    assert_eq!((code, &document["error"]["code"]), (12, &json!("database_corrupt")));
    let (code, deleted) = stage.json("operation", &DELETE);
    assert_eq!((code, &deleted["warnings"][0]["code"]), (0, &json!("function_failed")));
    assert_eq!(stage.json("error", &GET).1["error"]["code"], "unknown_connection");
}

#[test]
fn credentials_come_from_standard_input_too() {
    let stage = Stage::new();
    let file = std::fs::File::open(stage.project.path().join("acme.json")).unwrap();
    let arguments = ["connection", "create", "salesforce", "acme", "--credentials", "@-"];
    let answer = CommandOutput::of(stage.command(&arguments).stdin(file).output().unwrap());
    assert_eq!(answer.code, 0, "{answer:?}");
}

#[test]
fn a_reconnect_keeps_the_settings_unless_it_gives_new_ones() {
    let stage = Stage::new();
    stage.json(
        "operation",
        &[&CREATE[..], &["--connection-config", "instance_url=https://a.example.com"]].concat(),
    );
    let reconnect = ["connection", "reconnect", "salesforce", "acme", "--credentials", "@acme.json"];
    let config = |stage: &Stage| stage.json("connection", &GET).1["connection"]["connection_config"].clone();
    assert_eq!(stage.json("operation", &reconnect).0, 0);
    assert_eq!(config(&stage), json!({"instance_url": "https://a.example.com"}));
    let new = [&reconnect[..], &["--connection-config", "hostname=b.example.com"]].concat();
    assert_eq!(stage.json("operation", &new).0, 0);
    assert_eq!(config(&stage), json!({"hostname": "b.example.com"}));
}

#[test]
fn an_encrypted_database_needs_its_key() {
    let stage = Stage::new();
    stage.json("operation", &CREATE);
    let other_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let answer =
        CommandOutput::of(stage.command(&GET).env("ONEVENT_ENCRYPTION_KEY", other_key).output().unwrap());
    assert_eq!(answer.code, 2);
    answer.complains(&["wrong_encryption_key"]);
    let bytes = std::fs::read(stage.project.path().join(".onevent/onevent.sqlite3")).unwrap();
    assert!(
        !bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()),
        "credentials are encrypted"
    );
}
