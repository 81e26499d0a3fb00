//! The server that all of it runs in, and the provider that it asks.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::attacks::{ACTIONS, file};
use super::report::Held;
use crate::http::{HttpAnswer, ask};
use crate::loopback::Loopback;
use crate::soak::node::Node;

/// Limits that are soon reached; a schema that is violated is a failure.
const SETTINGS: &str = "[limits]\nwall = \"5s\"\ncpu = \"300ms\"\nheap = \"48MiB\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n\
                        [server]\nrate_limit = 10000000\n";
/// The connection that all runs are for.
const CONNECTION: &str = "acme";
/// How long memory has to stand still.
const STILL: Duration = Duration::from_secs(1);

pub(super) struct Server {
    node: Mutex<Node>,
    url: String,
    key: String,
    process_id: u32,
    _folder: TempDir,
    _provider: Loopback,
}

impl Server {
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let provider = provider()?;
        project(folder.path(), provider.url())?;
        let mut command = Command::new(program.canonicalize()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--json", "--log", "json", "--log-level", "error"]);
        command.current_dir(folder.path()).env_clear();
        let node = Node::start(command, &folder.path().join("log"))?;
        let (url, key) = (node.url.clone(), node.key.clone().unwrap_or_default());
        let process_id = node.process_id();
        let server =
            Self { node: Mutex::new(node), url, key, process_id, _folder: folder, _provider: provider };
        server.connect()?;
        Ok(server)
    }

    fn connect(&self) -> io::Result<()> {
        let credentials = json!({ "type": "OAUTH2", "access_token": "token" });
        let body = json!({ "provider_config_key": "hubspot", "connection_id": CONNECTION, "credentials": credentials });
        let answer = self.post("/connections", &[], &body)?;
        let is_made = answer.status == 201;
        if is_made { Ok(()) } else { Err(io::Error::other(format!("{} {}", answer.status, answer.body))) }
    }

    fn post(&self, path: &str, more: &[(&str, &str)], body: &Value) -> io::Result<HttpAnswer> {
        let authorization = format!("Bearer {}", self.key);
        let mut headers =
            vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        headers.extend(more);
        ask("POST", &format!("{}{path}", self.url), &headers, body.to_string().as_bytes())
    }

    /// Runs an action, and waits for its end.
    pub(super) fn trigger(&self, body: &Value) -> io::Result<HttpAnswer> {
        self.post(
            "/action/trigger",
            &[("provider-config-key", "hubspot"), ("connection-id", CONNECTION)],
            body,
        )
    }

    /// What the process holds when nothing has run for some time; it has had so many runs.
    pub(super) fn memory_at_rest(&self, rest: Duration, runs: usize) -> io::Result<Held> {
        std::thread::sleep(rest);
        let (mut before, mut now) = (u64::MAX, self.memory()?);
        while now < before {
            std::thread::sleep(STILL);
            (before, now) = (now, self.memory()?);
        }
        let files = self.status("RssFile:")? + self.status("RssShmem:")?;
        Ok(Held { runs, anonymous: self.status("RssAnon:")?, files })
    }

    /// What the process holds now, in KiB.
    pub(super) fn memory(&self) -> io::Result<u64> {
        self.status("VmRSS:")
    }

    /// The most that it ever held, in KiB.
    pub(super) fn peak_memory(&self) -> io::Result<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process_id))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        number.ok_or_else(|| io::Error::other("the kernel tells nothing of the process"))
    }

    /// How it ended, if it did.
    pub(super) fn died(&self) -> io::Result<Option<String>> {
        let mut node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(node.ended()?.map(|status| format!("the server ended: {status}\n{}", node.said())))
    }
}

fn project(folder: &Path, provider: &str) -> io::Result<()> {
    let actions = folder.join("hubspot/actions");
    fs::create_dir_all(&actions)?;
    let mut index = String::new();
    for action in ACTIONS {
        fs::write(actions.join(format!("{}.ts", action.name)), file(action))?;
        index.push_str(&format!("import './hubspot/actions/{}.js';\n", action.name));
    }
    fs::write(folder.join("index.ts"), index)?;
    let integration = format!("[integrations.hubspot]\nbase_url = \"{provider}\"\n");
    fs::write(folder.join("onevent.toml"), format!("{SETTINGS}{integration}"))
}

/// A provider that answers, and fails where it is asked to.
fn provider() -> io::Result<Loopback> {
    let router = Router::new()
        .route("/ok", any(async || "{}"))
        .route("/fails", any(async || StatusCode::INTERNAL_SERVER_ERROR));
    Loopback::serve("provider", router)
}
