//! onevent in front of onevent, which plays Nango.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};

use onevent_tests::http::{HttpAnswer, ask};
use onevent_tests::{AppServer, Webhook};
use serde_json::{Value, json};

use super::stage::{LOOK, LOOKS, code};
use crate::world::{ORG, TOKEN, World};

const BAD: &str = "token-that-nobody-knows";

/// The one in front has the functions, the one behind the connections; the app is told by the one in front.
struct Pair {
    front: World,
    behind: World,
    app: AppServer,
    /// Where the one in front is, and where the one behind.
    url: String,
    nango: String,
    key: String,
    signing_key: String,
    servers: Vec<Child>,
}

impl Pair {
    fn start() -> Self {
        let behind = World::with_functions(&[]);
        let secret = |arguments: &[&str], field: &str| {
            behind.run(arguments).exits(0).document[field].as_str().unwrap().to_owned()
        };
        let key = secret(&["keys", "create"], "secret_key");
        let signing_key = secret(&["keys", "signing"], "webhook_signing_key");
        let url = format!("http://{}", free_address());
        let told = format!("webhooks.url={url}/webhooks/nango");
        let (server, nango) =
            started(&behind, behind.command(&["serve", "--listen", "127.0.0.1:0", "--set", &told]));
        let (front, app) = (World::documented(), AppServer::start().unwrap());
        let mut pair = Self { front, behind, app, url, nango, key, signing_key, servers: vec![server] };
        pair.serve();
        pair
    }

    /// Starts the one in front, again where it runs already, and waits for its comparison.
    fn serve(&mut self) {
        for mut server in self.servers.drain(1..) {
            server.kill().unwrap();
            server.wait().unwrap();
        }
        let told = format!("webhooks.url={}", self.app.url());
        let listen = self.url.trim_start_matches("http://");
        let arguments =
            ["serve", "--listen", listen, "--nango", &self.nango, "--set", &told, "--log-level", "debug"];
        let mut command = self.front.command(&arguments);
        command
            .env("NANGO_SECRET_KEY_DEV", &self.key)
            .env("NANGO_WEBHOOK_SIGNING_KEY_DEV", &self.signing_key);
        let (server, _) = started(&self.front, command);
        self.servers.push(server);
        self.wait_for("the comparison", |pair| pair.log().contains("connections were compared"));
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.front.path().join("log")).unwrap_or_default()
    }

    fn wait_for(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..LOOKS {
            if is_so(self) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        panic!("waited too long for {what}: {}", self.log());
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> HttpAnswer {
        let authorization = format!("Bearer {}", self.key);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = body.map(Value::to_string).unwrap_or_default();
        ask(method, &format!("{}{path}", self.url), &headers, body.as_bytes()).unwrap()
    }

    fn import(&self, id: &str, token: &str) -> HttpAnswer {
        let credentials = json!({ "type": "OAUTH2", "access_token": token });
        let body =
            json!({ "provider_config_key": "salesforce", "connection_id": id, "credentials": credentials });
        self.ask("POST", "/connections", Some(&body))
    }

    fn read(&self, id: &str) -> HttpAnswer {
        self.ask("GET", &format!("/connections/{id}?provider_config_key=salesforce"), None)
    }

    fn delete(&self, id: &str) -> HttpAnswer {
        self.ask("DELETE", &format!("/connections/{id}?provider_config_key=salesforce"), None)
    }

    fn call(&self, id: &str) -> HttpAnswer {
        let authorization = format!("Bearer {}", self.key);
        let headers = [
            ("authorization", authorization.as_str()),
            ("connection-id", id),
            ("provider-config-key", "salesforce"),
        ];
        ask("GET", &format!("{}/proxy/services/oauth2/userinfo", self.url), &headers, b"").unwrap()
    }

    fn hooks(&self) -> Vec<Webhook> {
        self.behind.provider.webhooks(ORG)
    }

    /// The app's webhooks, once there are this many.
    fn told(&self, count: usize) -> Vec<Value> {
        let received = self.app.wait_for(count);
        received.iter().map(|entry| serde_json::from_str(&entry.body).unwrap()).collect()
    }

    /// How often a function has run in front.
    fn runs(&self, function: &str) -> usize {
        let listed = self.front.run(&["runs", "list", "--function", function]).exits(0).document;
        listed["runs"].as_array().unwrap().len()
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// Where the one in front will listen: the one behind has to know it first.
fn free_address() -> std::net::SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// Starts a server, and answers with its URL.
fn started(world: &World, mut command: Command) -> (Child, String) {
    let (out, log) = (world.path().join("out"), world.path().join("log"));
    let file = |path| Stdio::from(std::fs::File::create(path).unwrap());
    let mut server = command.stdout(file(&out)).stderr(file(&log)).spawn().unwrap();
    for _ in 0..LOOKS {
        let said = std::fs::read_to_string(&out).unwrap();
        if let Ok(started) = serde_json::from_str::<Value>(&said) {
            return (server, started["url"].as_str().unwrap().to_owned());
        }
        std::thread::sleep(LOOK);
    }
    server.kill().unwrap();
    server.wait().unwrap();
    panic!("the server has not started: {}", std::fs::read_to_string(log).unwrap());
}

#[test]
fn an_import_is_validated_set_up_told_and_cleaned_up() {
    let pair = Pair::start();
    assert_eq!(pair.import("acme", TOKEN).status, 201);
    let told = pair.told(1);
    assert_eq!((&told[0]["connectionId"], &told[0]["success"]), (&json!("acme"), &json!(true)));
    assert_eq!(told[0]["operation"], "creation");
    assert_eq!(pair.hooks().len(), 1, "it was told when the setup had run");
    let metadata: Value = serde_json::from_str(&pair.read("acme").body).unwrap();
    assert!(metadata["metadata"]["webhookId"].is_string(), "{metadata}");
    assert_eq!(pair.call("acme").status, 200);
    assert_eq!(pair.runs("validate-connection"), 1, "its own webhook is no second creation");
    let answer = pair.delete("acme");
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"success":true}"#));
    assert_eq!(pair.hooks().len(), 0);
    assert_eq!(pair.read("acme").status, 404);
    let again = pair.delete("acme");
    assert_eq!((again.status, code(&again).as_str()), (400, "unknown_connection"));
    assert_eq!(pair.runs("pre-connection-cleanup"), 1);
}

#[test]
fn a_rejected_import_leaves_nothing() {
    let pair = Pair::start();
    let answer = pair.import("acme", BAD);
    assert_eq!((answer.status, code(&answer).as_str()), (400, "connection_validation_failed"));
    assert_eq!(pair.read("acme").status, 404);
    // The same name is free again.
    assert_eq!(pair.import("acme", TOKEN).status, 201);
    let told = pair.told(1);
    assert_eq!((told.len(), &told[0]["success"]), (1, &json!(true)), "{told:?}");
}

#[test]
fn other_credentials_are_judged_once_and_mark_the_connection_until_others_are_accepted() {
    let pair = Pair::start();
    assert_eq!(pair.import("acme", TOKEN).status, 201);
    assert_eq!(pair.told(1).len(), 1);
    let answer = pair.import("acme", BAD);
    assert_eq!((answer.status, code(&answer).as_str()), (400, "connection_validation_failed"));
    let told = pair.told(2);
    assert_eq!((&told[1]["operation"], &told[1]["success"]), (&json!("override"), &json!(false)));
    assert_eq!(told[1]["error"]["type"], "connection_validation_failed");
    assert_eq!(pair.runs("validate-connection"), 2, "its own webhook is no second change");
    for answer in [pair.read("acme"), pair.call("acme")] {
        assert_eq!((answer.status, code(&answer).as_str()), (424, "invalid_credentials"));
    }
    assert_eq!(pair.import("acme", TOKEN).status, 201);
    let told = pair.told(3);
    assert_eq!((&told[2]["operation"], &told[2]["success"]), (&json!("override"), &json!(true)));
    assert_eq!((pair.read("acme").status, pair.call("acme").status), (200, 200));
    assert_eq!((pair.runs("validate-connection"), pair.hooks().len()), (3, 1));
}

#[test]
fn what_was_made_and_deleted_behind_is_found() {
    let mut pair = Pair::start();
    for id in ["acme", "beta"] {
        assert_eq!(pair.import(id, TOKEN).status, 201);
    }
    assert_eq!(pair.told(2).len(), 2);
    pair.behind.delete("acme").exits(0);
    pair.serve();
    let known = pair.ask("GET", "/onevent/connections", None);
    let known: Value = serde_json::from_str(&known.body).unwrap();
    let states = |known: &Value| -> Vec<(String, String)> {
        let text = |known: &Value, field: &str| known[field].as_str().unwrap().to_owned();
        let known = known["connections"].as_array().unwrap();
        known.iter().map(|known| (text(known, "connection_id"), text(known, "state"))).collect()
    };
    let expected = [("acme", "deleted_behind"), ("beta", "accepted")];
    assert_eq!(states(&known), expected.map(|(id, state)| (id.to_owned(), state.to_owned())));
    assert_eq!(pair.runs("pre-connection-cleanup"), 0);
    // The same name, made again, is another connection: it is set up.
    assert_eq!(pair.import("acme", TOKEN).status, 201);
    assert_eq!(pair.told(3).len(), 3);
    assert_eq!(pair.runs("post-connection-setup"), 3);
}
