//! A process that is killed, or asked to stop, in the middle of an operation.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{ORG, World};

/// Sends a signal with the shell's own tool: the standard library can only kill.
fn signal(child: &std::process::Child, name: &str) {
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

#[expect(clippy::disallowed_methods, reason = "a test waits for another process with a limit of its own")]
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A validation that asks the provider, then waits for ever.
const HANGING: &str = "await nango.get({ endpoint: '/services/oauth2/userinfo' });\nif ((await nango.getMetadata())?.pass) return;\nawait new Promise((r) => setTimeout(r, 120000));";

#[test]
fn a_killed_creation_leaves_no_connection() {
    let world = World::validating(HANGING);
    let mut child = world.creation("acme", "first", &[]).spawn().unwrap();
    wait_until("the validation", || !world.provider.journal().is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.connection("acme"), None);
    let metadata = r#"{"pass": true}"#;
    world.create_with("acme", "first", &["--metadata", metadata]).exits(0);
    assert!(world.connection("acme").is_some());
}

#[test]
fn a_killed_reconnect_leaves_the_connection_as_it_was() {
    let world = World::validating(HANGING);
    let metadata = r#"{"pass": true}"#;
    world.create_with("acme", "first", &["--metadata", metadata]).exits(0);
    world.run(&["connection", "metadata", "set", "salesforce", "acme", r#"{"pass": false}"#]).exits(0);
    let before = world.provider.journal().len();
    let mut child = world.reconnection("acme", "other").spawn().unwrap();
    wait_until("the validation", || world.provider.journal().len() > before);
    child.kill().unwrap();
    child.wait().unwrap();
    // A dry run changes nothing, so it does not take the reconnect back; it looks through it.
    let used = world.provider.journal().len();
    world.run(&["dryrun", "check", "acme", "--metadata", metadata]).exits(0);
    let token = format!("Bearer {}", crate::world::TOKEN);
    assert_eq!(world.provider.journal()[used].header("authorization"), Some(token.as_str()));
    let connection = world.run(&["connection", "get", "salesforce", "acme", "--show-credentials"]).exits(0);
    assert!(connection.document.to_string().contains(crate::world::TOKEN), "{:#}", connection.document);
    assert!(!world.has_auth_error("acme"));
}

#[test]
fn control_c_stops_the_run_and_undoes_the_operation() {
    let world = World::validating(HANGING);
    let child = world.creation("acme", "first", &[]).spawn().unwrap();
    wait_until("the validation", || !world.provider.journal().is_empty());
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(world.connection("acme"), None);
}

#[test]
fn a_killed_deletion_keeps_the_connection() {
    let world = World::with_functions(&[
        ("check", "validate-connection", "undefined", "await nango.setMetadata({ org: 'x' });"),
        (
            "cleanup",
            "pre-connection-deletion",
            "undefined",
            "await nango.get({ endpoint: '/webhooks' });\nawait new Promise((r) => setTimeout(r, 120000));",
        ),
    ]);
    world.create("acme", "first").exits(0);
    let mut child = world.command(&["connection", "delete", "salesforce", "acme"]).spawn().unwrap();
    wait_until("the cleanup", || !world.provider.journal().is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.metadata("acme"), json!({"org": "x"}));
    assert!(world.provider.webhooks(ORG).is_empty());
}
