//! Commands that work on a running server.

use std::time::Duration;

use serde_json::Value;

use crate::running_server::Server;
use crate::stage::{ACCOUNT, Stage, TOKEN};

const CREATE: [&str; 6] = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
const GET: [&str; 4] = ["connection", "get", "salesforce", "acme"];

#[test]
fn commands_work_on_a_server_as_on_the_local_database() {
    let stage = Stage::new();
    let server = Server::start(&stage);
    let (code, created) = server.json("operation", &stage, &CREATE);
    assert_eq!((code, &created["accepted"]), (0, &Value::Bool(true)), "{created}");
    let (code, again) = server.json("error", &stage, &CREATE);
    assert_eq!((code, &again["error"]["code"]), (1, &Value::from("connection_exists")));

    // Its setup runs by itself.
    let setup = || {
        let runs = server.json("runs-list", &stage, &["runs", "list"]).1;
        let runs = runs["runs"].as_array().unwrap().clone();
        runs.into_iter().find(|run| run["event"] == "post-connection-creation")
    };
    let setup = (0..600).find_map(|_| {
        setup().or_else(|| {
            std::thread::sleep(Duration::from_millis(100));
            None
        })
    });
    let setup = setup.expect("a setup that has run")["run_id"].as_str().unwrap().to_owned();
    assert_eq!(stage.salesforce.webhooks(ACCOUNT).len(), 1);
    let shown = server.run(&stage, &GET);
    shown.says(&["acme", "usable"]);
    assert!(!shown.stdout.contains(TOKEN));
    let (_, shown) = server.json("connection", &stage, &[&GET[..], &["--show-credentials"]].concat());
    assert_eq!(shown["connection"]["credentials"]["access_token"], TOKEN);
    let (_, list) = server.json("connection-list", &stage, &["connection", "list"]);
    assert_eq!(list["connections"].as_array().unwrap().len(), 1);
    assert!(list["connections"][0]["created_at"].is_string(), "as without a server: {list}");

    let set = ["connection", "metadata", "update", "salesforce", "acme", "{\"plan\": \"pro\"}"];
    assert_eq!(server.json("metadata", &stage, &set).1["metadata"]["plan"], "pro");

    server.run(&stage, &["runs", "show", &setup]).says(&["succeeded"]);
    server.json("run-report", &stage, &["runs", "show", &setup]);
    assert_eq!(server.json("error", &stage, &["runs", "show", "no-such-run"]).0, 1);

    let reconnect = ["connection", "reconnect", "salesforce", "acme", "--credentials", "@acme.json"];
    assert_eq!(server.run(&stage, &reconnect).code, 0);
    assert_eq!(server.run(&stage, &["connection", "delete", "salesforce", "acme"]).code, 0);
    let runs = server.json("runs-list", &stage, &["runs", "list"]).1;
    let runs = runs["runs"].as_array().unwrap();
    assert!(runs.iter().any(|run| run["event"] == "pre-connection-deletion"), "cleanup ran");
    let (code, gone) = server.json("error", &stage, &GET);
    assert_eq!(code, 1, "{gone}");
    // The local database is the same one, also while the server runs on it.
    assert_eq!(stage.run(&["connection", "list"]).code, 0);
}

#[test]
fn a_server_that_says_no_or_is_not_there_is_told_from_one_that_failed() {
    let stage = Stage::new();
    let mut server = Server::start(&stage);
    stage.salesforce.allow("tok-elsewhere", "00D000000000009");
    stage.write("acme.json", "{\"type\": \"OAUTH2\", \"access_token\": \"unknown\"}");
    let (code, rejected) = server.json("operation", &stage, &CREATE);
    assert_eq!((code, &rejected["accepted"]), (3, &Value::Bool(false)), "{rejected}");
    server.key = "00000000-0000-4000-8000-000000000000".into();
    assert_eq!(server.json("error", &stage, &GET).0, 2, "an unknown key");
    server.key.clear();
    let (code, none) = server.json("error", &stage, &GET);
    assert_eq!((code, &none["error"]["code"]), (2, &Value::from("no_secret_key")));
    server.key = "00000000-0000-4000-8000-000000000000".into();
    server.url = "http://127.0.0.1:1".into();
    let (code, unreachable) = server.json("error", &stage, &GET);
    assert_eq!((code, &unreachable["error"]["code"]), (12, &Value::from("server_unreachable")));
}
