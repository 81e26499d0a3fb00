//! Three nodes on one PostgreSQL database: they share the work, and what one that is killed was at, the others do.

#[path = "../../../src/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the store, which use all of it")]
mod postgres;

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use self::postgres::{Database, Server as Postgres};
use super::server::Server;
use super::stage::{Stage, until};

const KEY: &str = "b25ldmVudCBvbmV2ZW50IG9uZXZlbnQgb25ldmVudCE=";
const NODES: usize = 3;
const CONNECTIONS: usize = 18;
const KILLS: usize = 4;
/// Runs after the one that makes a hook.
const SECOND: &str = "import { createOnEvent } from 'nango';
export default createOnEvent({
    event: 'post-connection-creation',
    description: 'Comes second',
    exec: async (nango) => {
        await nango.get({ endpoint: '/second' });
    },
});
";

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.file("hubspot/on-events/then.ts", SECOND);
    let imports = ["check", "setup", "then", "clean"];
    let imports = imports.map(|name| format!("import './hubspot/on-events/{name}.js';\n"));
    stage.file("index.ts", &imports.concat());
    stage
}

fn node(stage: &Stage, database: &Database, more: &[&str]) -> Server {
    let arguments = [&["serve", "--listen", "127.0.0.1:0", "--log", "json"], more].concat();
    let mut command = stage.command(&arguments);
    command.env("ONEVENT_DATABASE_URL", database.url()).env("ONEVENT_DATABASE_LISTEN_URL", database.url());
    command.env("ONEVENT_ENCRYPTION_KEY", KEY);
    Server::start(command)
}

async fn import(server: &Server, id: &str, slow: u32) -> reqwest::Result<StatusCode> {
    let body = json!({
        "provider_config_key": "hubspot",
        "connection_id": id,
        "credentials": { "type": "OAUTH2", "access_token": id },
        "metadata": { "slow": slow },
    });
    Ok(server.try_to_ask(Method::POST, "/connections", Some(body)).await?.status)
}

/// What the provider has seen, for each connection.
fn by_connection(stage: &Stage) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for seen in stage.outside.seen().requests {
        let id = seen.headers["authorization"].trim_start_matches("Bearer ").to_owned();
        all.entry(id).or_default().push(format!("{} {}", seen.method, seen.path));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_are_killed_lose_nothing_and_nobody_overtakes() {
    let (stage, database) = (stage().await, Postgres::shared().database());
    let first = node(&stage, &database, &[]);
    let key = first.key.clone();
    let mut nodes = vec![first];
    for _ in 1..NODES {
        nodes.push(node(&stage, &database, &[]).with_key(&key));
    }
    let mut answered = Vec::new();
    for number in 0..CONNECTIONS {
        let id = format!("c{number}");
        if number % (CONNECTIONS / KILLS) == CONNECTIONS / KILLS - 1 {
            // In the middle of what it runs.
            nodes[number % NODES].kill();
            nodes[number % NODES] = node(&stage, &database, &[]).with_key(&key);
        }
        assert_eq!(import(&nodes[(number + 1) % NODES], &id, 300).await.unwrap(), StatusCode::CREATED);
        answered.push(id);
    }
    until("the end of every setup", async || {
        let seen = by_connection(&stage);
        answered
            .iter()
            .all(|id| seen.get(id).is_some_and(|seen| seen.iter().any(|one| one == "GET /api/second")))
    })
    .await;
    let open = "SELECT COUNT(*) FROM onevent.events WHERE state = 'waiting'";
    until("an empty queue", async || database.sql(open) == "0").await;
    for (id, seen) in by_connection(&stage) {
        let place = |what: &str| seen.iter().position(|one| one == what).unwrap();
        assert!(place("POST /api/hooks") < place("GET /api/second"), "{id}: {seen:?}");
        // A run that nobody ended was begun again; one that ended was not.
        let runs = seen.iter().filter(|one| *one == "GET /api/begun").count();
        assert!(runs <= 1 + KILLS, "{id}: {seen:?}");
    }
    let all_done = "SELECT COUNT(*) FILTER (WHERE state = 'done' AND kind = 'setup') FROM onevent.events";
    assert_eq!(database.sql(all_done), (2 * CONNECTIONS).to_string());
    let ended_twice =
        "SELECT COUNT(*) FROM (SELECT run_id FROM onevent.runs GROUP BY run_id HAVING COUNT(*) > 1) AS twice";
    assert_eq!(database.sql(ended_twice), "0");
    let messages = "SELECT COUNT(*) FROM pgmq.q_onevent_onevent_functions";
    assert_eq!(database.sql(messages), "0", "no message outlives its event");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_node_answers_and_another_works() {
    let (stage, database) = (stage().await, Postgres::shared().database());
    let api = node(&stage, &database, &["--role", "api"]);
    assert_eq!(import(&api, "acme", 0).await.unwrap(), StatusCode::CREATED);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(stage.outside.asked("GET", "/api/begun"), 0, "nobody works yet");
    let worker = node(&stage, &database, &["--role", "worker"]);
    assert_eq!(worker.started["secret_key"], Value::Null);
    until("the setup", async || stage.outside.asked("GET", "/api/second") == 1).await;
    assert_eq!(worker.get("/ready").await.status, StatusCode::OK);
    assert_eq!(worker.with_key(&api.key).get("/connections").await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.metadata("acme").await["hook"], "made");
}
