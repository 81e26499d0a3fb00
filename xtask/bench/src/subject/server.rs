//! A process that takes requests: `workerd`, and onevent's server.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::documents::TOKEN;
use crate::drive::{Called, drive};
use crate::failure::{Failure, Tried, While as _};
use crate::protocol::{Batch, Ran};

/// What a run is, on the wire.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    /// The metadata in a POST, what the run did in its answer.
    Worker,
    /// Nango's `POST /connections`, each time of another connection.
    Connections {
        /// The secret key.
        key: String,
    },
}

/// The process, and where it listens.
pub(crate) struct Server {
    process: Child,
    caller: Caller,
    versions: Vec<(String, String)>,
}

#[derive(Clone)]
struct Caller {
    client: Client,
    url: String,
    door: Door,
    calls: Arc<AtomicUsize>,
}

impl Server {
    /// Starts a process that is told its port, and waits until it answers.
    pub(crate) async fn start(
        mut command: Command,
        url: String,
        versions: Vec<(String, String)>,
    ) -> Tried<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let process = command.spawn().trying("a server starts")?;
        let server = Self::at(process, url, Door::Worker, versions);
        for _ in 0..500 {
            if server.caller.client.get(&server.caller.url).send().await.is_ok() {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Failure::new(format!("nobody answers at {}", server.caller.url)))
    }

    /// A process that has said where it is.
    pub(crate) fn at(process: Child, url: String, door: Door, versions: Vec<(String, String)>) -> Self {
        let caller = Caller { client: Client::new(), url, door, calls: Arc::default() };
        Self { process, caller, versions }
    }

    pub(crate) fn versions(&self) -> &[(String, String)] {
        &self.versions
    }

    /// The process's id; 0 once it has ended.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }

    pub(super) async fn probe(&self, metadata: &Value) -> Tried<Ran> {
        match self.caller.call(metadata).await {
            Ok(mut ran) => {
                self.caller.look(&mut ran.metadata).await?;
                Ok(ran)
            }
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn run(&self, runs: usize, callers: usize, metadata: &Value) -> Tried<Batch> {
        let (caller, metadata) = (self.caller.clone(), Arc::new(metadata.clone()));
        let call = move || {
            let (caller, metadata) = (caller.clone(), Arc::clone(&metadata));
            async move {
                match caller.call(&metadata).await {
                    Ok(ran) => Called::Ran(ran),
                    Err(failure) => Called::Failed(failure.to_string()),
                }
            }
        };
        let mut batch = drive(runs, callers, Duration::ZERO, call).await;
        self.caller.look(&mut batch.metadata).await?;
        Ok(batch)
    }
}

impl Caller {
    async fn call(&self, metadata: &Value) -> Tried<Ran> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        match &self.door {
            Door::Worker => {
                let answer = self.ask(self.client.post(&self.url), metadata).await?;
                serde_json::from_str(&answer).trying(format!("a worker answers `{answer}`"))
            }
            Door::Connections { key } => {
                let body = json!({
                    "provider_config_key": "salesforce",
                    "connection_id": connection(number),
                    "credentials": { "type": "OAUTH2", "access_token": TOKEN },
                });
                let request = self.client.post(format!("{}/connections", self.url)).bearer_auth(key);
                self.ask(request, &body).await?;
                Ok(Ran { outcome: "succeeded".to_owned(), message: None, metadata: Value::Null })
            }
        }
    }

    /// What the newest connection's metadata have become, where the answers of runs do not say it.
    async fn look(&self, metadata: &mut Value) -> Tried<()> {
        let Door::Connections { key } = &self.door else { return Ok(()) };
        let newest = connection(self.calls.load(Ordering::SeqCst).saturating_sub(1));
        let url = format!("{}/connections/{newest}?provider_config_key=salesforce", self.url);
        let answer = self.ask(self.client.get(url).bearer_auth(key), &Value::Null).await?;
        let document: Value = serde_json::from_str(&answer).trying("a connection")?;
        *metadata = document.get("metadata").cloned().unwrap_or_default();
        Ok(())
    }

    async fn ask(&self, request: RequestBuilder, body: &Value) -> Tried<String> {
        let request = request.header("content-type", "application/json");
        let request = if body.is_null() && !matches!(self.door, Door::Worker) {
            request
        } else {
            request.body(body.to_string())
        };
        let answer = request.send().await.trying("a server is asked")?;
        let status = answer.status();
        let text = answer.text().await.trying("a server answers")?;
        if status.is_success() { Ok(text) } else { Err(Failure::new(format!("{status}: {text}"))) }
    }
}

fn connection(number: usize) -> String {
    format!("acme-{number}")
}
