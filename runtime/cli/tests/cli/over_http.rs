//! Commands that work on a running server, and the server that they work on.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::stage::{ACCOUNT, CommandOutput, Stage, TOKEN};

/// `onevent serve`, killed when it is dropped.
struct Server {
    process: Child,
    url: String,
    key: String,
}

impl Server {
    fn start(stage: &Stage) -> Self {
        let mut command = stage.command(&["serve", "--json", "--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut document = String::new();
        // The document is pretty-printed: it ends with the brace that is not indented.
        loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the server ended: {document}");
            document.push_str(&line);
            if line.trim_end() == "}" || line.starts_with('{') && line.trim_end().ends_with('}') {
                break;
            }
        }
        let started: Value = serde_json::from_str(&document).unwrap();
        let text = |name: &str| started[name].as_str().unwrap_or_default().to_owned();
        Self { process, url: text("url"), key: text("secret_key") }
    }

    /// A command on this server, from a folder that is no project.
    fn run(&self, stage: &Stage, arguments: &[&str]) -> CommandOutput {
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::copy(stage.project.path().join("acme.json"), elsewhere.path().join("acme.json")).unwrap();
        let mut command =
            crate::stage::command(elsewhere.path(), &[arguments, &["--server", &self.url]].concat());
        CommandOutput::of(command.env("ONEVENT_SECRET_KEY", &self.key).output().unwrap())
    }

    fn json(&self, stage: &Stage, arguments: &[&str]) -> (i32, Value) {
        let answer = self.run(stage, &[arguments, &["--json"]].concat());
        let document =
            serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}\n{answer:?}"));
        (answer.code, document)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const CREATE: [&str; 6] = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
const GET: [&str; 4] = ["connection", "get", "salesforce", "acme"];

#[test]
fn commands_work_on_a_server_as_on_the_local_database() {
    let stage = Stage::new();
    let server = Server::start(&stage);
    let (code, created) = server.json(&stage, &CREATE);
    assert_eq!((code, &created["accepted"]), (0, &Value::Bool(true)), "{created}");
    let (code, again) = server.json(&stage, &CREATE);
    assert_eq!((code, &again["error"]["code"]), (1, &Value::from("connection_exists")));

    // Its setup runs by itself.
    let setup = || {
        let runs = server.json(&stage, &["runs", "list"]).1;
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
    let (_, shown) = server.json(&stage, &[&GET[..], &["--show-credentials"]].concat());
    assert_eq!(shown["connection"]["credentials"]["access_token"], TOKEN);
    assert_eq!(server.json(&stage, &["connection", "list"]).1["connections"].as_array().unwrap().len(), 1);

    let set = ["connection", "metadata", "update", "salesforce", "acme", "{\"plan\": \"pro\"}"];
    assert_eq!(server.json(&stage, &set).1["metadata"]["plan"], "pro");

    server.run(&stage, &["runs", "show", &setup]).says(&["succeeded"]);
    assert_eq!(server.json(&stage, &["runs", "show", "no-such-run"]).0, 1);

    let reconnect = ["connection", "reconnect", "salesforce", "acme", "--credentials", "@acme.json"];
    assert_eq!(server.run(&stage, &reconnect).code, 0);
    assert_eq!(server.run(&stage, &["connection", "delete", "salesforce", "acme"]).code, 0);
    let runs = server.json(&stage, &["runs", "list"]).1;
    let runs = runs["runs"].as_array().unwrap();
    assert!(runs.iter().any(|run| run["event"] == "pre-connection-deletion"), "cleanup ran");
    let (code, gone) = server.json(&stage, &GET);
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
    let (code, rejected) = server.json(&stage, &CREATE);
    assert_eq!((code, &rejected["accepted"]), (3, &Value::Bool(false)), "{rejected}");
    server.key = "00000000-0000-4000-8000-000000000000".into();
    assert_eq!(server.json(&stage, &GET).0, 2, "an unknown key");
    server.key.clear();
    let (code, none) = server.json(&stage, &GET);
    assert_eq!((code, &none["error"]["code"]), (2, &Value::from("no_secret_key")));
    server.key = "00000000-0000-4000-8000-000000000000".into();
    server.url = "http://127.0.0.1:1".into();
    let (code, unreachable) = server.json(&stage, &GET);
    assert_eq!((code, &unreachable["error"]["code"]), (12, &Value::from("server_unreachable")));
}

#[test]
fn keys_are_made_listed_and_taken_away() {
    let stage = Stage::new();
    let make = ["keys", "create", "--name", "backend", "--scope", "environment:connections:read"];
    let made: Value = serde_json::from_str(&stage.run(&[&make[..], &["--json"]].concat()).stdout).unwrap();
    let key = made["secret_key"].as_str().unwrap();
    let listed = stage.run(&["keys", "list"]);
    listed.says(&[made["id"].as_str().unwrap(), "backend"]);
    assert!(!listed.stdout.contains(key), "a key is shown once");
    let server = Server::start(&stage);
    assert!(server.key.is_empty(), "a key is made on an empty database only");
    let server = Server {
        key: key.to_owned(),
        url: server.url.clone(),
        process: stage.command(&["keys", "list"]).spawn().unwrap(),
    };
    assert_eq!(server.json(&stage, &CREATE).0, 2, "not in its scopes");
    assert_eq!(stage.run(&["keys", "revoke", made["id"].as_str().unwrap()]).code, 0);
    assert_eq!(server.json(&stage, &GET).0, 2);
    assert_eq!(stage.run(&["keys", "revoke", "nonsense"]).code, 1);
    let signing = stage.run(&["keys", "signing"]).stdout;
    assert_eq!(signing, stage.run(&["keys", "signing"]).stdout);
    assert!(signing.trim().len() >= 32);
    assert_ne!(signing, stage.run(&["keys", "signing", "-e", "prod"]).stdout);
}
