//! `onevent mock-provider`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use onevent_tests::http::{HttpAnswer, ask};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::schemas;
use crate::stage::command;

/// One that runs. It is killed when it is dropped.
pub(crate) struct MockProvider {
    process: Child,
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    pub(crate) url: String,
}

impl MockProvider {
    /// Starts one for a person, and waits until it says where it is.
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &[&["mock-provider"], options].concat());
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut first = String::new();
        said.read_line(&mut first).unwrap();
        let url = first.split(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{first}");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&lines);
        let reader = std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                written.lock().unwrap().push(line);
            }
        });
        Self { process, lines, reader: Some(reader), url }
    }

    /// Asks as an account.
    fn ask(&self, method: &str, path: &str, token: &str, body: &Value) -> HttpAnswer {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        ask(method, &format!("{}{path}", self.url), &headers, body.as_bytes()).unwrap()
    }

    /// Ends it as Ctrl-C does, and fails unless it printed these lines in this order, without what took how long.
    pub(crate) fn said(mut self, expected: &[&str]) {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
        self.reader.take().unwrap().join().unwrap();
        let lines = self.lines.lock().unwrap();
        let lines: Vec<&str> = lines.iter().map(|line| line.split("  ").next().unwrap()).collect();
        assert_eq!(lines, expected);
    }
}

impl Drop for MockProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn body(answer: &HttpAnswer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_default()
}

#[test]
fn accounts_have_webhooks_of_their_own() {
    let mock = MockProvider::start(&["--listen", "127.0.0.1:0"]);
    let none = Value::Null;
    let account = mock.ask("GET", "/account", "demo.1", &none);
    assert_eq!((account.status, body(&account)), (200, json!({"id": "acct_demo", "name": "Demo"})));
    assert_eq!(body(&mock.ask("GET", "/account", "demo.2", &none))["id"], "acct_demo");
    let wanted = json!({"url": "https://example.com", "events": ["contact.created"]});
    let made = mock.ask("POST", "/webhooks", "demo.1", &wanted);
    assert_eq!((made.status, &body(&made)["id"]), (201, &json!("wh_1")));
    assert_eq!(mock.ask("POST", "/webhooks", "demo.1", &json!({"urls": 1})).status, 422);
    let listed = body(&mock.ask("GET", "/webhooks", "demo.2", &none));
    assert_eq!(
        listed["webhooks"][0],
        json!({"id": "wh_1", "url": "https://example.com", "events": ["contact.created"]})
    );
    assert_eq!(body(&mock.ask("GET", "/webhooks", "other", &none))["webhooks"], json!([]));
    assert_eq!(mock.ask("DELETE", "/webhooks/wh_1", "other", &none).status, 404);
    assert_eq!(mock.ask("DELETE", "/webhooks/wh_1", "demo.1", &none).status, 204);
    assert_eq!(mock.ask("DELETE", "/webhooks/wh_1", "demo.1", &none).status, 404);
    assert_eq!(mock.ask("GET", "/elsewhere", "demo.1", &none).status, 404);
    assert!(body(&ask("GET", &mock.url, &[], b"").unwrap())["routes"].is_array());
}

#[test]
fn tokens_can_be_refused() {
    let mock = MockProvider::start(&["--listen", "127.0.0.1:0", "--refuse", "gone"]);
    let status = |method, path, token| mock.ask(method, path, token, &Value::Null).status;
    assert_eq!(ask("GET", &format!("{}/account", mock.url), &[], b"").unwrap().status, 401);
    assert_eq!((status("GET", "/account", "gone"), status("GET", "/account", "demo.1")), (401, 200));
    assert_eq!(status("DELETE", "/tokens/demo.1", "x"), 204);
    assert_eq!((status("GET", "/account", "demo.1"), status("GET", "/account", "demo.2")), (401, 200));
    assert_eq!(status("PUT", "/tokens/demo.1", "x"), 204);
    assert_eq!(status("GET", "/account", "demo.1"), 200);
    mock.said(&[
        "401 GET /account",
        "401 GET /account",
        "200 GET /account",
        "204 DELETE /tokens/…",
        "401 GET /account",
        "200 GET /account",
        "204 PUT /tokens/…",
        "200 GET /account",
    ]);
}

#[test]
fn trouble_comes_when_it_is_asked_for() {
    let mock = MockProvider::start(&["--listen", "127.0.0.1:0"]);
    let get = |path: &str| mock.ask("GET", path, "demo.1", &Value::Null);
    let failed = get("/account?fail=503");
    assert_eq!((failed.status, failed.header("retry-after")), (503, Some("1")));
    assert_eq!(get("/account?fail=500").header("retry-after"), None);
    let statuses: Vec<u16> = (0..4).map(|_| get("/account?fail=429&times=2").status).collect();
    assert_eq!(statuses, [429, 429, 200, 429]);
    assert_eq!(get("/account?fail=200").status, 400);
    assert_eq!(get("/account?fail=much").status, 400);
    assert_eq!(get("/account?delay=1").status, 200);
}

#[test]
fn a_rate_limit_says_when_to_come_back() {
    let mock = MockProvider::start(&["--listen", "127.0.0.1:0", "--rate-limit", "1"]);
    let get = |token: &str| mock.ask("GET", "/account", token, &Value::Null);
    let first = get("demo.1");
    assert_eq!((first.status, first.header("x-ratelimit-remaining")), (200, Some("0")));
    // Two of them may fall into different seconds; so many cannot.
    let refused = (0..500).map(|_| get("demo.1")).find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(get("another").status, 200, "each token has a limit of its own");
}

#[test]
fn for_programs_it_prints_lines_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["mock-provider", "--listen", "127.0.0.1:0", "--json"]);
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    let started = next();
    let url = started["url"].as_str().unwrap();
    let answer = ask("GET", &format!("{url}/account"), &[("authorization", "Bearer secret-1")], b"");
    assert_eq!(answer.unwrap().status, 200);
    let line = next();
    let _ = process.kill();
    let _ = process.wait();
    schemas::check("mock-provider", &started);
    schemas::check("mock-provider", &line);
    assert_eq!(
        (&line["method"], &line["path"], &line["status"]),
        (&json!("GET"), &json!("/account"), &json!(200))
    );
    assert!(!line.to_string().contains("secret"));
}

#[test]
fn an_address_that_others_reach_is_taken_only_where_it_is_named_and_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["mock-provider", "--listen", "0.0.0.0:0"]);
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let _ = lines.next();
    let warning = lines.next().unwrap().unwrap();
    let _ = process.kill();
    let _ = process.wait();
    assert!(warning.contains("everybody who reaches this address"), "{warning}");
}
