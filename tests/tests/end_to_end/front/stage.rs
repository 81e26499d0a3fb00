//! A Nango, the program in front of it, the provider of its functions, and the app that is told.

use std::fs::File;
use std::process::{Child, Stdio};
use std::time::Duration;

use onevent_tests::http::{HttpAnswer, ask};
use onevent_tests::{AppServer, NangoServer, Scope};
use serde_json::{Value, json};

use crate::world::{ORG, TOKEN, World};

/// The secret key of `dev`.
pub(super) const KEY: &str = "7f1d2c3b-4a5e-4f60-8a1b-2c3d4e5f6a7b";
/// A key of Nango's that onevent does not know.
pub(super) const OTHER_KEY: &str = "00000000-0000-4000-8000-000000000001";
/// What Nango signs webhooks with.
pub(super) const SIGNING_KEY: &str = "the-signing-key-of-dev";

/// How often somebody looks who waits, and how many times.
pub(super) const LOOK: Duration = Duration::from_millis(20);
pub(super) const LOOKS: u32 = 3000;

pub(super) struct Front {
    pub(super) world: World,
    pub(super) nango: NangoServer,
    pub(super) app: AppServer,
    flags: Vec<String>,
    /// Further variables of its environment.
    pub(super) variables: Vec<(String, String)>,
    server: Option<Child>,
    pub(super) url: String,
}

impl Front {
    /// The documented functions.
    pub(super) fn start() -> Self {
        Self::of(World::documented(), &[])
    }

    /// The program over this project, started with more flags.
    pub(super) fn of(world: World, flags: &[&str]) -> Self {
        let nango = NangoServer::start().unwrap();
        nango.allow(KEY, &Scope::ALL);
        nango.allow(OTHER_KEY, &Scope::ALL);
        nango.integration("salesforce", "salesforce", world.provider.base_url());
        let app = AppServer::start().unwrap();
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let variables = Vec::new();
        let mut front = Self { world, nango, app, flags, variables, server: None, url: String::new() };
        front.serve();
        front
    }

    /// Starts the program, again where it runs already.
    pub(super) fn serve(&mut self) {
        self.stop();
        let app = format!("webhooks.url={}", self.app.url());
        let nango = self.nango.base_url().to_owned();
        let mut arguments =
            vec!["serve", "--listen", "127.0.0.1:0", "--nango", nango.as_str(), "--set", app.as_str()];
        arguments.extend(["--log-level", "debug"]);
        arguments.extend(self.flags.iter().map(String::as_str));
        let (out, log) = (self.world.path().join("out"), self.world.path().join("log"));
        let log = File::options().create(true).append(true).open(log).unwrap();
        let server = self
            .world
            .command(&arguments)
            .env("NANGO_SECRET_KEY_DEV", KEY)
            .env("NANGO_WEBHOOK_SIGNING_KEY_DEV", SIGNING_KEY)
            .envs(self.variables.iter().cloned())
            .stdout(Stdio::from(File::create(&out).unwrap()))
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        self.server = Some(server);
        let compared = self.comparisons();
        for _ in 0..LOOKS {
            let said = std::fs::read_to_string(&out).unwrap();
            if let Ok(started) = serde_json::from_str::<Value>(&said) {
                self.url = started["url"].as_str().unwrap().to_owned();
                self.nango.send_webhooks(&format!("{}/webhooks/nango", self.url), SIGNING_KEY);
                self.wait_for("the comparison at the start", |front| front.comparisons() > compared);
                return;
            }
            std::thread::sleep(LOOK);
        }
        panic!("the server has not started: {}", self.log());
    }

    /// Ends the program.
    pub(super) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// How many comparisons are over.
    fn comparisons(&self) -> usize {
        self.log().matches("Nango's connections were compared").count()
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.world.path().join("log")).unwrap_or_default()
    }

    /// Waits until something is so.
    pub(super) fn wait_for(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..LOOKS {
            if is_so(self) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        panic!("waited too long for {what}: {}", self.log());
    }

    /// What setups have made at the provider, and cleanups not taken away.
    pub(super) fn hooks(&self) -> Vec<onevent_tests::Webhook> {
        self.world.provider.webhooks(ORG)
    }

    /// Asks with a key.
    pub(super) fn ask_as(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> HttpAnswer {
        let authorization = format!("Bearer {key}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = body.map(Value::to_string).unwrap_or_default();
        ask(method, &format!("{}{path}", self.url), &headers, body.as_bytes()).unwrap()
    }

    /// Asks with the key of `dev`.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> HttpAnswer {
        self.ask_as(KEY, method, path, body)
    }

    /// Imports a connection with this token.
    pub(super) fn import(&self, id: &str, token: &str) -> HttpAnswer {
        let body = json!({
            "provider_config_key": "salesforce",
            "connection_id": id,
            "credentials": { "type": "OAUTH2", "access_token": token },
        });
        self.ask("POST", "/connections", Some(&body))
    }

    /// Reads a connection.
    pub(super) fn read(&self, id: &str) -> HttpAnswer {
        self.ask("GET", &format!("/connections/{id}?provider_config_key=salesforce"), None)
    }

    pub(super) fn delete(&self, id: &str) -> HttpAnswer {
        self.ask("DELETE", &format!("/connections/{id}?provider_config_key=salesforce"), None)
    }

    /// Somebody connects in the browser. The answer is the webhook's body, and what onevent answered to it.
    pub(super) fn authorize(&self, id: &str, token: &str) -> (String, u16) {
        let credentials = json!({ "type": "OAUTH2", "access_token": token });
        self.nango.authorize("salesforce", id, credentials).unwrap()
    }

    /// How often a function has run.
    pub(super) fn runs(&self, function: &str) -> usize {
        let listed = self.world.run(&["runs", "list", "--function", function]).exits(0).document;
        listed["runs"].as_array().unwrap().len()
    }

    /// What is known of the connections, by id: their states.
    pub(super) fn states(&self, query: &str) -> Vec<(String, String)> {
        let answer = self.ask("GET", &format!("/onevent/connections{query}"), None);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let text = |known: &Value, field: &str| known[field].as_str().unwrap().to_owned();
        let known = body["connections"].as_array().unwrap();
        known.iter().map(|known| (text(known, "connection_id"), text(known, "state"))).collect()
    }

    /// Somebody connects with a good token, and the setup has run.
    pub(super) fn connected(&self, id: &str) {
        assert_eq!(self.authorize(id, TOKEN).1, 200);
        self.wait_for("the setup", |front| front.nango.metadata("salesforce", id)["webhookId"].is_string());
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The code of an error.
pub(super) fn code(answer: &HttpAnswer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["error"]["code"].as_str().unwrap_or_default().to_owned()
}

/// The signature of a body, as Nango's client computes it.
pub(super) fn signature(body: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SIGNING_KEY.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
