//! A process that is killed, or asked to stop, in the middle of an operation.

use std::io::Read as _;
use std::net::TcpListener;
use std::process::Stdio;
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

/// Sets up a connection and waits for ever.
fn world_with_hanging_setup() -> World {
    let check = "await nango.get({ endpoint: '/services/oauth2/userinfo' });";
    let setup =
        "await nango.get({ endpoint: '/webhooks' });\nawait new Promise((r) => setTimeout(r, 120000));";
    World::with_functions(&[
        ("check", "validate-connection", "undefined", check),
        ("setup", "post-connection-creation", "undefined", setup),
        ("later", "post-connection-creation", "undefined", ""),
    ])
}

#[test]
fn a_setup_that_is_interrupted_is_said_to_be_and_is_marked_and_kept() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let world = world_with_hanging_setup();
        let child = world.creation("acme", "first", &[]).spawn().unwrap();
        wait_until("the setup", || world.provider.journal().len() == 2);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(said["error"]["code"], "interrupted");
        let message = said["error"]["message"].as_str().unwrap();
        assert!(message.contains("was created") && message.contains("not finished"), "{message}");
        // It is there, and whoever looks at it learns what happened.
        let shown = world.run(&["connection", "get", "salesforce", "acme"]).exits(0).document;
        assert_eq!(shown["unfinished_setup"]["state"], "waiting");
        let list = world.run(&["connection", "list"]).exits(0).document;
        assert_eq!(list["connections"][0]["unfinished_setup"], shown["unfinished_setup"]);
        // The run that was interrupted is kept, with what it did.
        let runs = world.run(&["runs", "list", "--function", "setup"]).exits(0).document;
        assert_eq!(runs["runs"][0]["outcome"], "stopped");
        let run = world.run(&["runs", "show", runs["runs"][0]["run_id"].as_str().unwrap()]).exits(0).document;
        assert_eq!(run["error"]["type"], "script_aborted");
        assert!(run["http"][0]["url"].as_str().unwrap().ends_with("/webhooks"));
        assert_eq!(world.run(&["runs", "list", "--function", "later"]).exits(0).document["runs"], json!([]));
        world.delete("acme").exits(0);
    }
}

#[test]
fn a_killed_setup_is_marked_too() {
    let world = world_with_hanging_setup();
    let mut child = world.creation("acme", "first", &[]).spawn().unwrap();
    wait_until("the setup", || world.provider.journal().len() == 2);
    let running = world.run(&["connection", "get", "salesforce", "acme"]).exits(0).document;
    assert_eq!(running["unfinished_setup"]["state"], "running");
    child.kill().unwrap();
    child.wait().unwrap();
    let killed = world.run(&["connection", "get", "salesforce", "acme"]).exits(0).document;
    assert_eq!(killed["unfinished_setup"]["state"], "waiting");
    assert_eq!(killed["unfinished_setup"]["since"], running["unfinished_setup"]["since"]);
}

#[test]
fn an_interrupted_reconnect_and_deletion_say_what_is_true_and_keep_their_runs() {
    let world = World::with_functions(&[
        ("check", "validate-connection", "undefined", HANGING),
        ("cleanup", "pre-connection-deletion", "undefined", HANGING),
    ]);
    world.create_with("acme", "first", &["--metadata", r#"{"pass": true}"#]).exits(0);
    world.run(&["connection", "metadata", "set", "salesforce", "acme", r#"{"pass": false}"#]).exits(0);
    let deletion = world.command(&["connection", "delete", "salesforce", "acme"]);
    let cases = [
        (world.reconnection("acme", "other"), "not reconnected", "check"),
        (deletion, "not deleted", "cleanup"),
    ];
    for (mut command, consequence, function) in cases {
        let before = world.provider.journal().len();
        let child = command.spawn().unwrap();
        wait_until("the run", || world.provider.journal().len() > before);
        signal(&child, "TERM");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(143));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(consequence), "{said}");
        let runs =
            world.run(&["runs", "list", "--function", function, "--outcome", "stopped"]).exits(0).document;
        assert_eq!(runs["runs"].as_array().unwrap().len(), 1, "{runs:#}");
        assert!(!world.has_auth_error("acme"));
    }
    let shown = world.run(&["connection", "get", "salesforce", "acme", "--show-credentials"]).exits(0);
    assert!(shown.document.to_string().contains(crate::world::TOKEN));
}

#[test]
fn a_dry_run_that_is_asked_to_stop_stops() {
    let world = World::validating(HANGING);
    let metadata = r#"{"pass": true}"#;
    world.create_with("acme", "first", &["--metadata", metadata]).exits(0);
    let before = world.provider.journal().len();
    let child = world.command(&["dryrun", "check", "acme", "--metadata", "{}"]).spawn().unwrap();
    wait_until("the run", || world.provider.journal().len() > before);
    signal(&child, "TERM");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(143));
}

#[test]
fn control_c_stops_the_run_and_undoes_the_operation() {
    let world = World::validating(HANGING);
    let child = world.creation("acme", "first", &[]).spawn().unwrap();
    wait_until("the validation", || !world.provider.journal().is_empty());
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("was not created"));
    assert_eq!(world.connection("acme"), None);
    let runs = world.run(&["runs", "list"]).exits(0).document;
    assert_eq!(runs["runs"][0]["outcome"], "stopped");
    assert_eq!(runs["runs"].as_array().unwrap().len(), 1);
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

#[test]
fn a_request_that_is_under_way_when_a_creation_is_interrupted_is_in_the_stored_report() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        // A provider that takes requests and never answers.
        let provider = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", provider.local_addr().unwrap());
        let world = World::validating(&format!(
            "await nango.post({{ endpoint: '/orders', data: {{ a: 1 }}, baseUrlOverride: '{url}' }});"
        ));
        let child = world.creation("acme", "first", &[]).spawn().unwrap();
        let (mut connection, _) = provider.accept().unwrap();
        let mut head = [0; 12];
        connection.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"POST /orders");
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("was not created"));
        assert_eq!(world.connection("acme"), None);
        let runs = world.run(&["runs", "list"]).exits(0).document;
        let run = world.run(&["runs", "show", runs["runs"][0]["run_id"].as_str().unwrap()]).exits(0).document;
        assert_eq!((&run["outcome"], &run["error"]["type"]), (&json!("stopped"), &json!("script_aborted")));
        let sent = &run["http"][0];
        assert_eq!(sent["url"], format!("{url}/orders"));
        assert_eq!(
            (&sent["method"], &sent["pending"], &sent["status"]),
            (&json!("POST"), &json!(true), &json!(null))
        );
        assert!(sent["duration_ms"].as_f64().unwrap() > 0.0, "{sent}");
    }
}

#[test]
fn a_request_that_is_under_way_when_a_dry_run_is_interrupted_is_in_the_report_that_it_shows() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        // A provider that takes requests and never answers.
        let provider = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", provider.local_addr().unwrap());
        let world = World::validating(&format!(
            "if ((await nango.getMetadata())?.pass) return;\n\
             await nango.get({{ endpoint: '/services/oauth2/userinfo' }});\n\
             await nango.post({{ endpoint: '/orders', data: {{ a: 1 }}, baseUrlOverride: '{url}' }});"
        ));
        world.create_with("acme", "first", &["--metadata", r#"{"pass": true}"#]).exits(0);
        let dry_run = ["dryrun", "check", "acme", "--metadata", "{}", "--save"];
        let child = world.command(&dry_run).spawn().unwrap();
        let (mut connection, _) = provider.accept().unwrap();
        let mut head = [0; 12];
        connection.read_exact(&mut head).unwrap();
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(said["error"]["code"], "interrupted");
        let run = &said["report"];
        assert_eq!((&run["outcome"], &run["error"]["type"]), (&json!("stopped"), &json!("script_aborted")));
        assert_eq!((&run["mode"], &run["verdict"]), (&json!("dry"), &json!(null)));
        assert_eq!((&run["http"][0]["status"], &run["http"][0].get("pending")), (&json!(200), &None));
        let sent = &run["http"][1];
        assert_eq!(sent["url"], format!("{url}/orders"));
        assert_eq!((&sent["method"], &sent["pending"]), (&json!("POST"), &json!(true)));
    }
}

#[test]
fn a_dry_run_that_has_not_begun_ends_at_once() {
    let world = World::validating(HANGING);
    // Standard input that nobody writes to.
    let mut child = world
        .command(&["dryrun", "check", "acme", "--metadata", "@-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let input = child.stdin.take();
    wait_until("the signal handlers", || has_handler(&child));
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("the run did not start"), "{said}");
}

/// Whether the process has begun to listen to SIGINT, which is signal 2.
fn has_handler(child: &std::process::Child) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 0b10 != 0)
}
