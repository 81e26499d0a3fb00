//! Environments that live in databases of their own.

use std::process::Command;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::cluster::postgres::{Database, Server as Postgres};
use super::server::Server;
use super::stage::{Stage, until};

const KEY: &str = "b25ldmVudCBvbmV2ZW50IG9uZXZlbnQgb25ldmVudCE=";

/// Two PostgreSQL databases: the main one, and that of `prod`.
struct Two {
    main: Database,
    prod: Database,
}

impl Two {
    fn new() -> Self {
        Self { main: Postgres::shared().database(), prod: Postgres::shared().database() }
    }

    fn command(&self, stage: &Stage, arguments: &[&str]) -> Command {
        let mut command = stage.command(arguments);
        command.env("ONEVENT_DATABASE_URL", self.main.url()).env("ONEVENT_ENCRYPTION_KEY", KEY);
        command.env("ONEVENT_ENVIRONMENTS_PROD_DATABASE_URL", self.prod.url());
        command
    }

    fn serve(&self, stage: &Stage) -> Server {
        Server::start(self.command(stage, &["serve", "--listen", "127.0.0.1:0", "--log", "json"]))
    }

    /// Ends every connection to the database of `prod`, and lets none in.
    fn prod_goes_down(&self) {
        let name = self.prod_name();
        self.main.sql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
        self.main
            .sql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    }

    fn prod_comes_back(&self) {
        self.main.sql(&format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", self.prod_name()));
    }

    fn prod_name(&self) -> String {
        self.prod.url().rsplit_once('/').unwrap().1.to_owned()
    }
}

fn document(mut command: Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A secret key of `prod`.
fn key_of_prod(command: Command) -> String {
    document(command)["secret_key"].as_str().unwrap().to_owned()
}

const CREATE_KEY: &[&str] = &["keys", "create", "-e", "prod", "--name", "test"];

/// What a database holds of each table: `environment`, each once.
fn held(database: &Database) -> Vec<(&'static str, String)> {
    let tables = ["connections", "events", "runs", "operations", "api_keys"];
    let environments = |table: &'static str| {
        let of = format!(
            "SELECT COALESCE(string_agg(DISTINCT environment, ',' ORDER BY environment), '') FROM onevent.{table}"
        );
        (table, database.sql(&of))
    };
    tables.into_iter().map(environments).collect()
}

async fn connect(server: &Server, id: &str) {
    let answer = server.import(id, json!({})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    until("the setup", async || server.metadata(id).await["hook"] == "made").await;
}

/// What `/ready` says of the whole, and of the database of `prod`.
async fn ready(server: &Server) -> (StatusCode, String, String) {
    let answer = server.get("/ready").await;
    let of_prod = answer.body["databases"].as_array().unwrap().iter();
    let mut of_prod = of_prod.filter(|one| one["environments"] == json!(["prod"]));
    let of_prod = of_prod.next().unwrap()["result"].as_str().unwrap().to_owned();
    (answer.status, answer.body["result"].as_str().unwrap().to_owned(), of_prod)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_environment_is_in_its_own_postgresql_database_and_goes_on_without_the_other() {
    let (stage, two) = (Stage::new().await, Two::new());
    let mut dev = two.serve(&stage);
    let first_key = dev.key.clone();
    let key = key_of_prod(two.command(&stage, CREATE_KEY));
    connect(&dev, "acme").await;
    dev = dev.with_key(&key);
    connect(&dev, "bolt").await;
    until("the end of every event", async || {
        let open = "SELECT COUNT(*) FROM onevent.events WHERE state = 'waiting'";
        two.main.sql(open) == "0" && two.prod.sql(open) == "0"
    })
    .await;
    let of = |environment: &str, keys: &str| {
        let own = ["connections", "events", "runs"].map(|table| (table, environment.to_owned()));
        [own.as_slice(), &[("operations", String::new()), ("api_keys", keys.to_owned())]].concat()
    };
    assert_eq!(held(&two.main), of("dev", "dev,prod"));
    assert_eq!(held(&two.prod), of("prod", ""));
    assert_eq!(ready(&dev).await, (StatusCode::OK, "ready".into(), "ready".into()));

    two.prod_goes_down();
    let degraded = (StatusCode::OK, "degraded".to_owned(), "no answer".to_owned());
    until("the alarm", async || ready(&dev).await == degraded).await;
    let answer = dev.import("lost", json!({})).await;
    assert!(answer.status.is_server_error(), "{answer:?}");
    dev = dev.with_key(&first_key);
    connect(&dev, "beside").await;

    // Who starts meanwhile serves the others, and takes the work up once there is some.
    dev.kill();
    dev = two.serve(&stage).with_key(&first_key);
    assert_eq!(ready(&dev).await, degraded);
    until("the complaint", async || dev.says("the database of prod")).await;
    connect(&dev, "later").await;
    two.prod_comes_back();
    until("the end of the alarm", async || ready(&dev).await.1 == "ready").await;
    dev = dev.with_key(&key);
    connect(&dev, "after").await;
    let connections = "SELECT string_agg(connection_id, ',' ORDER BY connection_id) FROM onevent.connections";
    assert_eq!(two.main.sql(connections), "acme,beside,later");
    assert_eq!(two.prod.sql(connections), "after,bolt");
}

#[tokio::test]
async fn each_environment_is_in_its_own_sqlite_file_for_commands_too() {
    let stage = Stage::new().await;
    let own = "[environments.prod.database]\nurl = \"sqlite:data/prod.sqlite3\"\n";
    stage.settings(own);
    let mut server = stage.serve();
    let first_key = server.key.clone();
    connect(&server, "acme").await;
    server = server.with_key(&key_of_prod(stage.command(CREATE_KEY)));
    connect(&server, "bolt").await;
    assert!(stage.path().join("data/prod.sqlite3").is_file());

    let ids = |arguments: &[&str], list: &str| {
        let document = stage.run(arguments);
        let mut ids: Vec<String> = document[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["connection_id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    };
    for (command, list) in [("connection", "connections"), ("events", "events"), ("runs", "runs")] {
        assert_eq!(ids(&[command, "list"], list), ["acme"], "{command}");
        assert_eq!(ids(&[command, "list", "-e", "prod"], list), ["bolt"], "{command}");
        let none: [&str; 0] = [];
        let elsewhere = "environments.prod.database.url=sqlite:.onevent/onevent.sqlite3";
        assert_eq!(ids(&[command, "list", "-e", "prod", "--set", elsewhere], list), none, "{command}");
        let elsewhere = "sqlite:data/prod.sqlite3";
        assert_eq!(ids(&[command, "list", "--database", elsewhere], list), none, "{command}");
    }
    let signing = |environment: &str| {
        stage.run(&["keys", "signing", "-e", environment])["webhook_signing_key"].to_string()
    };
    assert_ne!(signing("dev"), signing("prod"));

    // An event of `prod` that is put back is run where it lives, by a command alone, too.
    server.kill();
    let events = stage.run(&["events", "list", "-e", "prod", "--kind", "setup"]);
    let id = events["events"][0]["id"].as_str().unwrap();
    let refused = stage.command(&["events", "replay", id, "--run"]).output().unwrap();
    assert!(!refused.status.success(), "it is none of dev's");
    assert_eq!(stage.run(&["events", "show", id, "-e", "prod"])["state"], "done");

    // What is in one database is not left there unseen.
    stage.settings(&format!("{own}[environments.dev.database]\nurl = \"sqlite:data/dev.sqlite3\"\n"));
    let output = stage.command(&["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    let refused: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(refused["error"]["code"], "environment_elsewhere", "{refused:#}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("the main database holds dev"));
    stage.settings(own);
    let again = stage.serve().with_key(&first_key);
    assert_eq!(again.metadata("acme").await["hook"], "made");
}

#[tokio::test]
async fn a_partition_that_is_the_same_database_is_no_second_one() {
    let stage = Stage::new().await;
    stage.settings("[environments.dev.database]\nurl = \"sqlite:.onevent/onevent.sqlite3\"\n");
    let server = stage.serve();
    connect(&server, "acme").await;
    let ready = server.get("/ready").await.body;
    assert_eq!(
        ready["databases"],
        json!([{ "main": true, "environments": ["dev"], "result": "ready" }]),
        "{ready:#}"
    );
}
