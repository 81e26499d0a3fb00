//! A project of attacks and of one well-behaved action, and the server that runs them.

use std::process::Command;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::attack::{Attack, Mode};
use crate::serve::server::Server;
use crate::world::command_in;

const FINE: &str = "import { createAction } from 'nango';
export default createAction({ description: 'fine', exec: async (nango) => {
    await nango.log('fine');
    return 'fine';
} });
";

/// Where the attacks happen.
pub(super) struct Target {
    folder: TempDir,
    client: Client,
}

impl Target {
    pub(super) fn new(attacks: &[&Attack], provider: &str, mode: Mode) -> Self {
        let target = Self { folder: tempfile::tempdir().unwrap(), client: Client::new() };
        let mut index = "import './hubspot/actions/fine.js';\n".to_owned();
        let mode = match mode {
            Mode::Thread => "",
            Mode::Shared => "realm = \"shared\"\n",
            Mode::Process => "isolation = \"process\"\n",
        };
        let mut settings = format!(
            "{mode}[integrations.hubspot]\nbase_url = \"{provider}\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n\
             [server]\nrate_limit = 100000\n"
        );
        target.file("hubspot/actions/fine.ts", FINE);
        for Attack { name, code, cpu, wall, heap, .. } in attacks {
            target.file(&format!("hubspot/actions/{name}.ts"), code);
            index.push_str(&format!("import './hubspot/actions/{name}.js';\n"));
            let (cpu, wall) = (milliseconds(*cpu), milliseconds(*wall));
            settings.push_str(&format!(
                "[functions.\"hubspot/{name}\".limits]\ncpu = \"{cpu}\"\nwall = \"{wall}\"\nheap = \"{heap}\"\n"
            ));
        }
        target.file("index.ts", &index);
        target.file("onevent.toml", &settings);
        target
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        command_in(self.folder.path(), arguments)
    }

    /// The document of a command, whatever its exit code.
    pub(super) fn run(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// A server with one connection.
    pub(super) async fn serve(&self) -> Server {
        let server = Server::start(self.command(&["serve", "--listen", "127.0.0.1:0", "--log", "json"]));
        let imported = server.import("one", json!({})).await;
        assert!(imported.status.is_success(), "{imported:?}");
        server
    }

    /// Triggers an action.
    pub(super) async fn post(
        &self,
        server: &Server,
        name: &str,
        provider: &str,
    ) -> reqwest::Result<Response> {
        let body = json!({ "action_name": name, "input": { "provider": provider } });
        let request = self.client.post(format!("{}/action/trigger", server.url)).bearer_auth(&server.key);
        let request = request.header("provider-config-key", "hubspot").header("connection-id", "one");
        request.header("content-type", "application/json").body(body.to_string()).send().await
    }

    /// Triggers an action: the status, what was answered, and the report that is kept of it.
    pub(super) async fn trigger(
        &self,
        server: &Server,
        name: &str,
        provider: &str,
    ) -> (StatusCode, Value, Option<Value>) {
        let response = match self.post(server, name, provider).await {
            Ok(response) => response,
            Err(error) => return (StatusCode::BAD_GATEWAY, json!(error.to_string()), None),
        };
        let status = response.status();
        let request_id = response
            .headers()
            .get("x-request-id")
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let answer = serde_json::from_str(&response.text().await.unwrap_or_default()).unwrap_or_default();
        let runs = server.get(&format!("/runs?requestId={request_id}&function={name}")).await.body;
        // The newest are first: what an action triggered comes after it began.
        let run = runs["runs"].as_array().and_then(|runs| runs.last()).and_then(|run| run["run_id"].as_str());
        let report = match run {
            Some(run) => Some(server.get(&format!("/runs/{run}")).await.body),
            None => None,
        };
        (status, answer, report)
    }
}

/// A time as `onevent.toml` has it.
fn milliseconds(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}
