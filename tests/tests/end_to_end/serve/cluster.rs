//! Nodes on one PostgreSQL database that do different things. What becomes of their work when they are killed: `soak.rs`.

#[path = "../../../src/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the store, which use all of it")]
pub(super) mod postgres;

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use self::postgres::{Database, Server as Postgres};
use super::server::Server;
use super::stage::{Stage, until};

const KEY: &str = "b25ldmVudCBvbmV2ZW50IG9uZXZlbnQgb25ldmVudCE=";

fn node(stage: &Stage, database: &Database, more: &[&str]) -> Server {
    let arguments = [&["serve", "--listen", "127.0.0.1:0", "--log", "json"], more].concat();
    let mut command = stage.command(&arguments);
    command.env("ONEVENT_DATABASE_URL", database.url()).env("ONEVENT_DATABASE_LISTEN_URL", database.url());
    command.env("ONEVENT_ENCRYPTION_KEY", KEY);
    Server::start(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_node_answers_and_another_works() {
    let (stage, database) = (Stage::new().await, Postgres::shared().database());
    let api = node(&stage, &database, &["--role", "api"]);
    assert_eq!(api.import("acme", json!({})).await.status, StatusCode::CREATED);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(stage.outside.asked("GET", "/api/begun"), 0, "nobody works yet");
    let worker = node(&stage, &database, &["--role", "worker"]);
    assert_eq!(worker.started["secret_key"], Value::Null);
    until("the setup", async || stage.outside.asked("POST", "/api/hooks") == 1).await;
    assert_eq!(worker.get("/ready").await.status, StatusCode::OK);
    let worker = worker.with_key(&api.key);
    assert_eq!(worker.get("/connections").await.status, StatusCode::NOT_FOUND);
    until("what it wrote", async || api.metadata("acme").await["hook"] == "made").await;
    drop(worker);
}
