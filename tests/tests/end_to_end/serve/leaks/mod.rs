//! Whatever goes wrong, the program writes no secret anywhere: a real server goes through a connection's life with secrets of every
//! kind, whose functions tell them to whoever listens, and every byte that was written is looked through.

mod database;
mod functions;
mod planted;

use std::path::Path;
use std::process::Command;

use axum::Router;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use self::database::Kept;
use self::planted::{Planted, Search, files, holds};
use super::outside::Outside;
use super::server::Server;
use super::stage::until;
use crate::world::command_in;

const ACCESS: &str = "acc\"ess/+=é-first-0123456789-Planted";
const REFRESH: &str = "ref\\resh/+=é-first-0123456789-Planted";
const SECOND_ACCESS: &str = "acc/ess+=é-second-0123456789-Planted";
const SECOND_REFRESH: &str = "ref/resh+=é-second-0123456789-Planted";
const API_KEY: &str = "api/key+=é-0123456789-Planted";
const PASSWORD: &str = "pass word&%=é-0123456789-Planted";
const CLIENT_SECRET: &str = "client/secret+=é-0123456789-Planted";
const WEBHOOK_SECRET: &str = "webhook/secret+=é-0123456789-Planted";
const VARIABLE: &str = "variable/secret+=é-0123456789-Planted";
const ENCRYPTION_KEY: [u8; 32] = *b"\x01\xfeencryption-key-of-this-test\xff\x7f\x02";
const NEXT_ENCRYPTION_KEY: [u8; 32] = *b"\x03\xfdencryption-key-after-it-is\xff\x7f\x04.";
/// What is no secret, and has to be found wherever the program writes.
const MARKER: &str = "marker-in-the-clear-0123456789";

/// A project, and a home, a folder for temporary files and a folder for what was answered, all empty at first.
struct Scene {
    folder: TempDir,
    outside: Outside,
    database: Kept,
    encryption_key: [u8; 32],
    answers: Vec<(String, Vec<u8>)>,
}

impl Scene {
    async fn new(database: Kept) -> Self {
        let scene = Self {
            folder: tempfile::tempdir().unwrap(),
            outside: Outside::start().await,
            database,
            encryption_key: ENCRYPTION_KEY,
            answers: Vec::new(),
        };
        for folder in ["project", "home", "tmp"] {
            std::fs::create_dir(scene.folder.path().join(folder)).unwrap();
        }
        functions::write(&scene.project());
        let (url, tokens) = (&scene.outside.url, tokens().await);
        let templates = format!(
            "oauth:\n  auth_mode: OAUTH2\n  token_url: {tokens}\n  refresh_params:\n    grant_type: refresh_token\n  proxy:\n    base_url: {url}/api\n\
             keyed:\n  auth_mode: API_KEY\n  proxy:\n    base_url: {url}/api\n    headers:\n      x-api-key: ${{apiKey}}\n\
             basic:\n  auth_mode: BASIC\n  proxy:\n    base_url: {url}/api\n"
        );
        std::fs::write(scene.project().join("providers.yaml"), templates).unwrap();
        let settings = format!(
            "providers = \"providers.yaml\"\nisolation = \"process\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n\
             [integrations.oauth]\nclient_id = \"client-1\"\n[webhooks]\nurl = \"{url}/webhooks\"\n\
             [retries]\nbackoff = \"100ms\"\nmax = 1\n"
        );
        std::fs::write(scene.project().join("onevent.toml"), settings).unwrap();
        scene
    }

    fn project(&self) -> std::path::PathBuf {
        self.folder.path().join("project")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command_in(&self.project(), arguments);
        command
            .env("HOME", self.folder.path().join("home"))
            .env("TMPDIR", self.folder.path().join("tmp"))
            .env("RUST_BACKTRACE", "full")
            .env("ONEVENT_ENCRYPTION_KEY", STANDARD.encode(self.encryption_key))
            .env("ONEVENT_INTEGRATIONS_OAUTH_CLIENT_SECRET", CLIENT_SECRET)
            .env("ONEVENT_INTEGRATIONS_OAUTH_WEBHOOK_SECRET", WEBHOOK_SECRET)
            .env("ONEVENT_VARIABLES_TOKEN", VARIABLE)
            .envs(self.database.url().map(|url| ("ONEVENT_DATABASE_URL", url)));
        command
    }

    /// What a command says, kept to be looked through; its document.
    fn run(&mut self, arguments: &[&str]) -> Value {
        let command = self.command(arguments);
        self.keep(&arguments.join(" "), command)
    }

    fn keep(&mut self, what: &str, mut command: Command) -> Value {
        let output = command.output().unwrap();
        self.answers.push((format!("stdout of {what}"), output.stdout.clone()));
        self.answers.push((format!("stderr of {what}"), output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// What the server answers, kept to be looked through.
    async fn ask(
        &mut self,
        server: &Server,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let answer = server.ask(method.clone(), path, body).await;
        // Who has created a connection gets it back with its credentials, as at Nango.
        if answer.status != StatusCode::CREATED {
            self.answers.push((format!("{method} {path}"), answer.body.to_string().into_bytes()));
        }
        (answer.status, answer.body)
    }

    async fn import(
        &mut self,
        server: &Server,
        integration: &str,
        id: &str,
        credentials: Value,
    ) -> StatusCode {
        let body = json!({
            "provider_config_key": integration, "connection_id": id, "credentials": credentials,
            "connection_config": { "region": MARKER },
        });
        self.ask(server, Method::POST, "/connections", Some(body)).await.0
    }

    /// Everything that is written now, and was answered until now.
    fn look(&self, planted: &[Planted], when: &str) {
        let (search, mut found) = (Search::new(planted), Vec::new());
        for (path, bytes) in files(self.folder.path()) {
            found.extend(search.look(&format!("{} {when}", path.display()), &bytes));
        }
        for (place, bytes) in self.database.written() {
            found.extend(search.look(&format!("{place} {when}"), &bytes));
        }
        for (what, bytes) in &self.answers {
            found.extend(search.look(what, bytes));
        }
        assert!(found.is_empty(), "{found:#?}");
    }
}

/// A token endpoint that gives the second tokens.
async fn tokens() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let token = json!({"access_token": SECOND_ACCESS, "refresh_token": SECOND_REFRESH, "expires_in": 3600});
    let router = Router::new().route("/token", post(async move || axum::Json(token)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn oauth() -> Value {
    json!({"type": "OAUTH2", "access_token": ACCESS, "refresh_token": REFRESH, "expires_at": "2026-01-01T00:00:00Z",
           "raw": {"id_token": ACCESS, "instance": MARKER}})
}

/// All secrets but those that the program makes itself.
fn given() -> Vec<Planted> {
    let raw_keys = [("encryption key", ENCRYPTION_KEY), ("next encryption key", NEXT_ENCRYPTION_KEY)];
    let texts = [
        ("access token", ACCESS),
        ("refresh token", REFRESH),
        ("second access token", SECOND_ACCESS),
        ("second refresh token", SECOND_REFRESH),
        ("API key of a customer", API_KEY),
        ("password", PASSWORD),
        ("client secret", CLIENT_SECRET),
        ("webhook secret", WEBHOOK_SECRET),
        ("variable", VARIABLE),
    ];
    let texts = texts.into_iter().map(|(name, text)| Planted::new(name, text));
    let keys = raw_keys
        .into_iter()
        .flat_map(|(name, key)| [Planted::new(name, key), Planted::new(name, STANDARD.encode(key))]);
    texts.chain(keys).collect()
}

async fn events(scene: &mut Scene, server: &Server, state: &str) -> Vec<Value> {
    let (_, body) = scene.ask(server, Method::GET, &format!("/events?state={state}"), None).await;
    body["events"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_written_holds_a_secret() {
    nothing_holds_a_secret(Kept::InProject).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_written_to_postgresql_holds_a_secret() {
    nothing_holds_a_secret(Kept::in_postgres()).await;
}

async fn nothing_holds_a_secret(database: Kept) {
    let mut scene = Scene::new(database).await;
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--log", "json", "--log-level", "trace"];
    let mut server = Server::start(scene.command(&arguments));
    let mut planted = given();
    planted.push(Planted::new("secret key of the API", &server.key));
    let signing = scene.command(&["keys", "signing"]).output().unwrap().stdout;
    let signing: Value = serde_json::from_slice(&signing).unwrap();
    planted.push(Planted::new("webhook signing key", signing["webhook_signing_key"].as_str().unwrap()));

    // Created, refreshed on the way, told about; its setup fails and is a dead letter.
    assert_eq!(scene.import(&server, "oauth", "acme", oauth()).await, StatusCode::CREATED);
    until("a dead letter", async || {
        !server.get("/events?state=dead").await.body["events"].as_array().unwrap().is_empty()
    })
    .await;
    // Refused by its validation, which says why with all it has.
    let refused = json!({"type": "API_KEY", "apiKey": API_KEY});
    assert_eq!(scene.import(&server, "keyed", "refused", refused).await, StatusCode::BAD_REQUEST);
    let basic = json!({"type": "BASIC", "username": "ada", "password": PASSWORD});
    assert_eq!(scene.import(&server, "basic", "basic", basic).await, StatusCode::CREATED);
    until("a webhook", async || !scene.outside.seen().webhooks.is_empty()).await;
    // What is no connection at all.
    let wrong = json!({"type": "OAUTH2", "access_token": {"nested": ACCESS}});
    assert!(scene.import(&server, "oauth", "wrong", wrong).await.is_client_error());
    // A process that dies with secrets in its memory, and one that is stopped.
    for input in ["crash", "spin"] {
        let body = json!({ "action_name": "tell", "input": { "how": input } });
        let headers = [("provider-config-key", "oauth"), ("connection-id", "acme")];
        let answer = functions::trigger(&server, &headers, body).await;
        scene.answers.push((format!("the action {input}"), answer));
    }
    // A request whose answer tells what it was asked with, and one that fails on the way.
    for endpoint in ["/proxy/echo", "/proxy/nowhere?base=x"] {
        let answer = functions::proxied(&server, endpoint).await;
        scene.answers.push((endpoint.to_owned(), answer));
    }
    for event in events(&mut scene, &server, "dead").await {
        let id = event["id"].as_str().unwrap().to_owned();
        scene.ask(&server, Method::GET, &format!("/events/{id}"), None).await;
        scene.run(&["events", "show", &id]);
    }
    scene.run(&["dryrun", "oauth/check", "acme", "--save"]);
    scene.run(&["test"]);
    scene.run(&["runs", "list"]);
    scene.run(&["connection", "get", "oauth", "acme"]);
    scene.run(&["config", "--all"]);
    scene.run(&["functions"]);
    let next = STANDARD.encode(NEXT_ENCRYPTION_KEY);
    let mut rotate = scene.command(&["keys", "rotate-encryption"]);
    rotate.env("ONEVENT_NEXT_ENCRYPTION_KEY", &next);
    assert_eq!(scene.keep("keys rotate-encryption", rotate)["databases"][0]["old_key"], "still_opens");
    scene.look(&planted, "while it serves");
    if matches!(scene.database, Kept::InProject) {
        let wal = files(&scene.project())
            .into_iter()
            .any(|(path, bytes)| path.ends_with("onevent.sqlite3-wal") && !bytes.is_empty());
        assert!(wal, "the log of the database was looked through");
    }

    // Deleted, with a cleanup that fails.
    let path = "/connections/acme?provider_config_key=oauth";
    assert_eq!(scene.ask(&server, Method::DELETE, path, None).await.0, StatusCode::OK);
    let log = server.log().join("\n").into_bytes();
    server.kill();
    scene.answers.push(("the server's log".to_owned(), log));
    scene.encryption_key = NEXT_ENCRYPTION_KEY;
    scene.run(&["keys", "rotate-encryption"]);
    let mut wrong_key = scene.command(&["connection", "list"]);
    wrong_key.env("ONEVENT_ENCRYPTION_KEY", STANDARD.encode(ENCRYPTION_KEY));
    assert_eq!(scene.keep("a wrong key", wrong_key)["error"]["code"], "wrong_encryption_key");
    scene.look(&planted, "afterwards");

    // The control: where nothing is hidden, it is there.
    let everywhere = files(&scene.project());
    let has = |name: &str| everywhere.iter().any(|(path, bytes)| ends(path, name) && holds(bytes, MARKER));
    assert_eq!(
        has("onevent.sqlite3"),
        matches!(scene.database, Kept::InProject),
        "the database was looked through"
    );
    scene.database.check(MARKER);
    assert!(has(".test.json"), "the fixture was looked through");
    let places = [
        ("the server's log", "/connections"),
        ("stdout of events show", MARKER),
        ("stdout of dryrun", MARKER),
    ];
    for (place, said) in places {
        let mut kept = scene.answers.iter().filter(|(what, _)| what.starts_with(place));
        assert!(kept.any(|(_, bytes)| holds(bytes, said)), "{place} was looked through");
    }
    std::fs::write(scene.project().join("planted"), STANDARD.encode(format!("ada:{PASSWORD}"))).unwrap();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| scene.look(&planted, "planted")));
    assert!(caught.is_err(), "a secret in a file is found");
}

fn ends(path: &Path, with: &str) -> bool {
    path.to_string_lossy().ends_with(with)
}
