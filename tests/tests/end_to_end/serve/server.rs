//! A running `onevent serve`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::stage::until;

/// A server of a test's own. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    pub(crate) url: String,
    /// What it said at its start.
    pub(crate) started: Value,
    /// The key that requests are made with.
    pub(crate) key: String,
    client: Client,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: String,
    pub(crate) body: Value,
}

impl Server {
    /// Starts a command that is `onevent serve --json`, and waits until it can be reached.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                written.lock().unwrap().push(line);
            }
        });
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut documents = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
        let started = documents.next();
        let Some(Ok(started)) = started else {
            panic!("the server did not start: {started:?} {:?}", log.lock().unwrap());
        };
        let url = started["url"].as_str().unwrap().to_owned();
        let key = started["secret_key"].as_str().unwrap_or_default().to_owned();
        Self { child, log, url, started, key, client: Client::new() }
    }

    /// The same server, asked with this key.
    pub(crate) fn with_key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.key);
        self
    }

    /// The same server, asked by this client.
    pub(crate) fn with_client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// Asks, and fails the test where nobody answers.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.try_to_ask(method, path, body).await.unwrap()
    }

    /// Asks.
    pub(crate) async fn try_to_ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await?;
        let status = response.status();
        let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let text = response.text().await?;
        Ok(Answer { status, request_id, body: serde_json::from_str(&text).unwrap_or(json!(text)) })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// Imports a connection of `hubspot`.
    pub(crate) async fn import(&self, id: &str, metadata: Value) -> Answer {
        let body = json!({
            "provider_config_key": "hubspot",
            "connection_id": id,
            "credentials": { "type": "OAUTH2", "access_token": "token-of-a-customer" },
            "metadata": metadata,
        });
        self.ask(Method::POST, "/connections", Some(body)).await
    }

    /// A connection's metadata.
    pub(crate) async fn metadata(&self, id: &str) -> Value {
        let answer = self.get(&format!("/connections/{id}?provider_config_key=hubspot")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body["metadata"].clone()
    }

    /// The lines of the log until now.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Whether the log says this.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.log().iter().any(|line| line.contains(words))
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal: the standard library can only kill.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits for the end of the process.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        until("the end of the server", async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.unwrap()
    }

    /// Kills the process, as nothing can stop.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
