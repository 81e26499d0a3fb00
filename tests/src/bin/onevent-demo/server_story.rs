//! The second part of the story: the functions run by themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use onevent_tests::http::HttpAnswer;
use onevent_tests::{AppServer, SalesforceServer};
use serde_json::{Value, json};

use crate::command_output::{Mismatch, Told};
use crate::nango_cli::NangoProject;
use crate::program::Onevent;
use crate::screen;
use crate::server::Server;

const INITECH: &str = "00D5f000Initech";
const TOKEN: &str = "tok-initech";
/// How often the provider is looked at until it has what setup makes, and how long between.
const LOOKS: u32 = 600;
const LOOK: Duration = Duration::from_millis(50);

/// Where the parts of the story are.
pub(crate) struct Places<'a> {
    pub(crate) binary: &'a Path,
    pub(crate) project: &'a Path,
    /// The project that pins Nango's own tools.
    pub(crate) pinned: &'a Path,
    /// An empty folder.
    pub(crate) folder: PathBuf,
}

/// What the second part did.
pub(crate) struct Counted {
    pub(crate) commands: usize,
    pub(crate) requests: usize,
}

struct Stage {
    salesforce: SalesforceServer,
    app: AppServer,
    server: Server,
    nango: NangoProject,
    onevent: Onevent,
    commands: usize,
}

/// Tells the second part.
pub(crate) fn tell(places: &Places<'_>) -> Told<Counted> {
    let mut stage = Stage::set(places)?;
    stage.deploy()?;
    stage.create()?;
    stage.told()?;
    stage.delete()?;
    stage.end()
}

impl Stage {
    fn set(places: &Places<'_>) -> Told<Self> {
        screen::chapter(7, "a server, and from here on functions run by themselves");
        let salesforce = SalesforceServer::start().map_err(|error| failed("the provider starts", &error))?;
        let app = AppServer::start().map_err(|error| failed("the app starts", &error))?;
        salesforce.allow(TOKEN, INITECH);
        let folder = places.folder.join("server");
        let settings = format!(
            "[integrations.salesforce]\nbase_url = \"{}\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n\
             [webhooks]\nurl = \"{}\"\n",
            salesforce.base_url(),
            app.url()
        );
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join("onevent.toml"), settings))
            .map_err(|error| failed("a folder for the server is made", &error))?;
        let server = Server::start(places.binary, &folder)?;
        screen::running("onevent serve");
        screen::checked(&format!("{} answers; it runs what is deployed, and nothing is yet", server.url));
        screen::checked("it has made a secret key for the environment dev");
        screen::chapter(8, "Nango's own command line deploys the same functions");
        screen::aside("npm fetches it first: this takes a while.");
        let nango = NangoProject::install(places.project, places.pinned, places.folder.join("nango"))?;
        let flags = vec!["--server".into(), server.url.clone().into()];
        let onevent = Onevent::new(places.binary, &folder, flags, &[TOKEN, &server.key])
            .with_variable("ONEVENT_SECRET_KEY", &server.key);
        Ok(Self { salesforce, app, server, nango, onevent, commands: 1 })
    }

    fn deploy(&mut self) -> Told {
        let answer = self.nango.deploy(&self.server.url, &self.server.key)?;
        self.commands += 1;
        screen::answer(&answer, &[]);
        for name in ["post-connection-setup", "validate-connection", "pre-connection-cleanup", "whoami"] {
            let version = format!("{name}@v0.0.1");
            answer.must(answer.stdout.contains(&version), format!("{version} is deployed"))?;
        }
        screen::checked("three documented functions and an action, each with its version");
        Ok(())
    }

    fn create(&mut self) -> Told {
        screen::chapter(9, "somebody creates connections over HTTP");
        let refused = self.import("nobody", "tok-unknown")?;
        let error = json_of(&refused).pointer("/error/code").cloned();
        must(refused.status == 400, "an account that the provider does not know is 400", &refused)?;
        must(
            error == Some(json!("connection_validation_failed")),
            "its code says that validation failed",
            &refused,
        )?;
        screen::checked("an account that the provider does not know: validation rejects it, nothing is kept");
        let created = self.import("initech", TOKEN)?;
        must(created.status == 201, "the connection is created", &created)?;
        let hooks = self.wait_for_webhooks(1)?;
        screen::checked(&format!(
            "validation ran before the answer, setup after it: the provider has {hooks}"
        ));
        let runs = self.onevent.run(&["runs", "list", "--connection", "initech"])?;
        self.commands += 1;
        screen::answer(&runs, &[]);
        runs.must_exit(0)?;
        let runs_of = runs.document.get("runs").and_then(Value::as_array).map_or(0, Vec::len);
        runs.must(runs_of == 2 && runs.stdout.contains("post-connection-setup"), "both functions have run")?;
        screen::checked("both functions ran because there is a connection; nobody called them");
        Ok(())
    }

    fn told(&mut self) -> Told {
        screen::chapter(10, "your app is told, and can tell that it is onevent who tells");
        let received = self.app.wait_for(1);
        let told = received.first().ok_or_else(|| Mismatch::new("the app receives a webhook"))?;
        let body: Value = serde_json::from_str(&told.body).unwrap_or_default();
        let says = |name: &str, value: Value| body.get(name) == Some(&value);
        let is_meant = says("operation", json!("creation"))
            && says("connectionId", json!("initech"))
            && says("success", json!(true));
        if !is_meant {
            return Err(Mismatch::new(format!(
                "the webhook tells of initech's creation, not: {}",
                told.body
            )));
        }
        screen::checked("the webhook auth/creation of initech has arrived: its setup is done");
        let signing = self.signing_key()?;
        let headers: serde_json::Map<String, Value> =
            told.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let webhook = json!({
            "secretKey": self.server.key, "webhookSigningKey": signing, "body": told.body, "headers": headers,
        });
        let verified = self.nango.verify(&webhook)?;
        self.commands += 1;
        verified.must(
            verified.document == json!({ "genuine": true, "forged": false }),
            "the signature is right",
        )?;
        screen::checked(
            "nango.verifyIncomingWebhookRequest of @nangohq/node accepts it, and not one that was changed",
        );
        Ok(())
    }

    fn delete(&mut self) -> Told {
        screen::chapter(11, "it is deleted over HTTP: cleaned up first");
        let path = "/connections/initech?provider_config_key=salesforce";
        let deleted = self.server.ask("DELETE", path, "")?;
        screen::request("DELETE", path, deleted.status);
        must(deleted.status == 200, "the connection is deleted", &deleted)?;
        self.wait_for_webhooks(0)?;
        screen::checked("the provider has no webhook of it any more");
        Ok(())
    }

    fn end(self) -> Told<Counted> {
        let counted = Counted { commands: self.commands, requests: self.salesforce.journal().len() };
        let code = self.server.stop()?;
        if code != Some(0) {
            return Err(Mismatch::new(format!("SIGTERM ends the server with exit code 0, not {code:?}")));
        }
        screen::checked("SIGTERM: the server finishes what it has begun, and ends");
        Ok(counted)
    }

    fn import(&self, id: &str, token: &str) -> Told<HttpAnswer> {
        let body = json!({
            "provider_config_key": "salesforce",
            "connection_id": id,
            "credentials": { "type": "OAUTH2", "access_token": token },
        });
        let answer = self.server.ask("POST", "/connections", &body.to_string())?;
        screen::request("POST", &format!("/connections  {id}"), answer.status);
        Ok(answer)
    }

    /// Waits until the provider has so many webhooks of the account, and names them.
    fn wait_for_webhooks(&self, count: usize) -> Told<String> {
        for _ in 0..LOOKS {
            let ids: Vec<String> =
                self.salesforce.webhooks(INITECH).into_iter().map(|hook| hook.id).collect();
            if ids.len() == count {
                return Ok(ids.join(" and "));
            }
            std::thread::sleep(LOOK);
        }
        Err(Mismatch::new(format!("the provider has {count} webhooks of the account")))
    }

    /// What `onevent keys signing` shows, beside the server's database.
    fn signing_key(&mut self) -> Told<String> {
        let answer = self.onevent.run_bare(&["keys", "signing"])?;
        self.commands += 1;
        answer.must_exit(0)?;
        let key = answer.field("webhook_signing_key").and_then(|key| key.as_str().map(str::to_owned));
        key.ok_or_else(|| answer.mismatch("there is a key that webhooks are signed with"))
    }
}

fn json_of(answer: &HttpAnswer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_default()
}

fn must(holds: bool, told: &str, answer: &HttpAnswer) -> Told {
    match holds {
        true => Ok(()),
        false => Err(Mismatch::new(format!("{told}; the answer was {}: {}", answer.status, answer.body))),
    }
}

fn failed(told: &str, error: &std::io::Error) -> Mismatch {
    Mismatch::new(format!("{told}: {error}"))
}
