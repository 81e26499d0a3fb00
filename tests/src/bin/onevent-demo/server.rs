//! The real `onevent serve`, and requests to it.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use onevent_tests::http::{HttpAnswer, ask};
use serde_json::Value;

use crate::command_output::{Mismatch, Told};

/// A running server. It is killed when dropped, unless it was stopped.
pub(crate) struct Server {
    process: Child,
    /// Where it is reached.
    pub(crate) url: String,
    /// The secret key that it made.
    pub(crate) key: String,
}

impl Server {
    /// `onevent serve` in this folder, on a free port; waits until it can be reached.
    pub(crate) fn start(binary: &Path, folder: &Path) -> Told<Self> {
        let failed = |error: std::io::Error| Mismatch::new(format!("onevent serve starts: {error}"));
        let log = std::fs::File::create(folder.join("serve.log")).map_err(failed)?;
        let mut process = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--json"])
            .current_dir(folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(failed)?;
        let stdout = process.stdout.take();
        // What holds the process ends it, whatever it says.
        let mut server = Self { process, url: String::new(), key: String::new() };
        let started = stdout.and_then(|stdout| {
            serde_json::Deserializer::from_reader(stdout).into_iter::<Value>().next()?.ok()
        });
        let log = || std::fs::read_to_string(folder.join("serve.log")).unwrap_or_default();
        let started = started
            .ok_or_else(|| Mismatch::new(format!("the server says where it is; its log says:\n{}", log())))?;
        let text = |name: &str| started.get(name).and_then(Value::as_str).map(str::to_owned);
        server.url = text("url").ok_or_else(|| Mismatch::new("the server says its URL"))?;
        server.key = text("secret_key").ok_or_else(|| Mismatch::new("an empty database gets a key"))?;
        Ok(server)
    }

    /// Asks the server as an app does.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Told<HttpAnswer> {
        let authorization = format!("Bearer {}", self.key);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let headers = if body.is_empty() { headers.get(..1).unwrap_or_default() } else { headers.as_slice() };
        ask(method, &format!("{}{path}", self.url), headers, body.as_bytes())
            .map_err(|error| Mismatch::new(format!("{method} {path} is answered: {error}")))
    }

    /// SIGTERM, and the exit code that comes of it.
    pub(crate) fn stop(mut self) -> Told<Option<i32>> {
        let failed = |error: std::io::Error| Mismatch::new(format!("the server is stopped: {error}"));
        let id = self.process.id().to_string();
        Command::new("kill").arg(&id).status().map_err(failed)?;
        Ok(self.process.wait().map_err(failed)?.code())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
