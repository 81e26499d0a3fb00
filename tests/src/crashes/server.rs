//! The server of one place, started again and again over the same database.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::outside::Outside;
use crate::http::{HttpAnswer, ask};
use crate::soak::node::Node;

/// Retries wait no longer than a test does, and kills do not use them up. Isolates that wait for their run would cost each life
/// more than it gives them.
const SETTINGS: &str = "[egress]\nallow = [\"127.0.0.0/8\"]\n[retries]\nbackoff = \"100ms\"\nmax_backoff = \"1s\"\nmax = 100\n\
                        [server]\nrate_limit = 10000000\nprewarmed_memory = \"0B\"\n";

/// The folder with a database, and who serves it.
pub(super) struct Site {
    program: PathBuf,
    folder: TempDir,
    pub(super) outside: Outside,
    key: String,
    lives: usize,
}

/// One life of a server.
pub(super) struct Life {
    node: Mutex<Node>,
    url: String,
    key: String,
}

impl Site {
    pub(super) fn new(program: &Path) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("onevent.toml"), SETTINGS)?;
        Ok(Self {
            program: program.canonicalize()?,
            folder,
            outside: Outside::start()?,
            key: String::new(),
            lives: 0,
        })
    }

    fn command(&mut self) -> Command {
        let base_url = self.outside.base_url(self.lives);
        self.lives += 1;
        let mut command = Command::new(&self.program);
        command.args([
            "serve",
            "--deployed",
            "--listen",
            "127.0.0.1:0",
            "--json",
            "--log",
            "json",
            "--log-level",
            "warn",
        ]);
        command.arg("--set").arg(format!("integrations.hubspot.base_url={base_url}"));
        command.current_dir(self.folder.path()).env_clear();
        command
    }

    /// Starts a server, and waits until it can be reached.
    pub(super) fn start(&mut self) -> io::Result<Life> {
        let command = self.command();
        let log = self.folder.path().join(format!("log-{}", self.lives));
        let node = Node::start(command, &log)?;
        if let Some(key) = &node.key {
            self.key.clone_from(key);
        }
        Ok(Life { url: node.url.clone(), key: self.key.clone(), node: Mutex::new(node) })
    }

    /// Starts a server that is killed before it could be reached, or soon after.
    pub(super) fn start_in_vain(&mut self, after: Duration) -> io::Result<()> {
        let mut command = self.command();
        let mut child: Child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        std::thread::sleep(after);
        child.kill()?;
        child.wait().map(drop)
    }
}

impl Life {
    /// SIGKILL. What it said, where it had ended by itself.
    pub(super) fn kill(&self) -> io::Result<Option<String>> {
        let mut node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = node.ended()?;
        node.kill()?;
        Ok(ended.map(|status| format!("a server ended by itself: {status}\n{}", node.said())))
    }

    /// Asks; an error where nobody answers.
    pub(super) fn ask(
        &self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &str,
    ) -> io::Result<HttpAnswer> {
        let authorization = format!("Bearer {}", self.key);
        let mut headers = vec![("authorization", authorization.as_str())];
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        headers.extend(more);
        ask(method, &format!("{}{path}", self.url), &headers, body.as_bytes())
    }

    /// The document of an answer 200; `None` of one 404.
    pub(super) fn get(&self, path: &str) -> io::Result<Option<Value>> {
        let answer = self.ask("GET", path, &[], "")?;
        match answer.status {
            200 => serde_json::from_str(&answer.body).map(Some).map_err(io::Error::other),
            404 => Ok(None),
            status => Err(io::Error::other(format!("GET {path}: {status} {}", answer.body))),
        }
    }
}

/// The list of that name in a document.
pub(super) fn list<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The text of that name; empty where there is none.
pub(super) fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document.get(name).and_then(Value::as_str).unwrap_or_default()
}
