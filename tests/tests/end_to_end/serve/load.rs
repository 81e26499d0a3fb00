//! Many clients at once. They take minutes, so they run only when asked for:
//! `cargo nextest run -p onevent-tests --run-ignored only load --no-capture`. Servers that are killed under load: `soak.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::SystemClock;
use onevent_store::{
    DatabaseUrl, EventFilter, EventKind, EventState, EventSummary, KeySource, SchemaName, Store, StoreMode,
    StoreOptions,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::server::Server;
use super::stage::{Stage, until};

const CLIENTS: usize = 200;
const LENGTH: Duration = Duration::from_secs(60);
/// No key of one minute's work stands in the way.
const NO_RATE_LIMIT: &str = "[server]\nrate_limit = 10000000\n";

/// What a provider sees of one connection that is created, set up and deleted.
const IN_ORDER: [&str; 4] = ["GET /api/account", "GET /api/begun", "POST /api/hooks", "DELETE /api/hooks"];

/// Imports a connection whose token is its own id, so that the provider knows who asks.
async fn import(server: &Server, id: &str) -> reqwest::Result<StatusCode> {
    let body = json!({
        "provider_config_key": "hubspot",
        "connection_id": id,
        "credentials": { "type": "OAUTH2", "access_token": id },
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

/// The database of the server, to look at what is nowhere shown: the events of the queue.
async fn events(stage: &Stage, kind: EventKind) -> Vec<EventSummary> {
    let store = Store::open(StoreOptions {
        url: DatabaseUrl::sqlite(stage.path().join(".onevent/onevent.sqlite3")),
        schema: SchemaName::default(),
        listen_url: None,
        key: KeySource::File,
        mode: StoreMode::ReadOnly,
        clock: Arc::new(SystemClock),
    });
    let store = store.await.unwrap();
    let all = EventFilter { kind: Some(kind), limit: u32::MAX, ..EventFilter::of("dev".parse().unwrap()) };
    let events = store.events(&all).await.unwrap();
    store.close().await;
    events
}

/// The same, by connection.
async fn events_by_connection(stage: &Stage, kind: EventKind) -> BTreeMap<String, Vec<EventSummary>> {
    let mut all = BTreeMap::<String, Vec<EventSummary>>::new();
    for event in events(stage, kind).await {
        all.entry(event.connection.connection_id.to_string()).or_default().push(event);
    }
    all
}

/// The functions that ran for each connection, in the order of their beginnings, with their outcomes.
async fn runs_by_connection(server: &Server, ids: &[String]) -> BTreeMap<String, Vec<(String, String)>> {
    let mut all = BTreeMap::new();
    for id in ids {
        let answer = server.get(&format!("/runs?connectionId={id}")).await;
        let runs = answer.body["runs"].as_array().unwrap().iter().rev();
        let text = |run: &Value, field: &str| run[field].as_str().unwrap().to_owned();
        let runs = runs.map(|run| (text(run, "function"), text(run, "outcome")));
        all.insert(id.clone(), runs.collect());
    }
    all
}

/// A number of kilobytes that the system tells of a process.
fn memory(server: &Server, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// How often a client looks for a setup, and how many times: a hundred of them do.
const LOOK: Duration = Duration::from_millis(500);
const LOOKS: u32 = 120;

/// Every other client deletes only what is set up; the others delete at once, and come before the setup.
fn is_patient(client: usize) -> bool {
    client.is_multiple_of(2)
}

/// Waits until the setup of a connection has run.
async fn set_up(server: &Server, id: &str) {
    let path = format!("/runs?integrationId=hubspot&connectionId={id}&function=setup");
    for _ in 0..LOOKS {
        let found = server.get(&path).await;
        if found.body["runs"].as_array().is_some_and(|runs| !runs.is_empty()) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("the setup of {id} did not run");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes more than a minute"]
async fn two_hundred_clients_create_and_delete_for_a_minute() {
    let stage = Stage::new().await;
    stage.settings(NO_RATE_LIMIT);
    let server = Arc::new(stage.serve_with(&["--log-level", "error"]));
    let end = Instant::now() + LENGTH;
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let server = Arc::clone(&server);
        clients.spawn(async move {
            let (mut times, mut made) = (Vec::new(), Vec::new());
            while Instant::now() < end {
                let id = format!("c{client}-{}", made.len());
                let start = Instant::now();
                assert_eq!(import(&server, &id).await.unwrap(), StatusCode::CREATED);
                times.push(start.elapsed());
                if is_patient(client) {
                    set_up(&server, &id).await;
                }
                let start = Instant::now();
                let path = format!("/connections/{id}?provider_config_key=hubspot");
                let deleted = server.ask(Method::DELETE, &path, None).await;
                assert_eq!(deleted.status, StatusCode::OK, "{deleted:?}");
                times.push(start.elapsed());
                made.push(id);
            }
            (times, made, is_patient(client))
        });
    }
    let (mut times, mut made, mut waited_for) = (Vec::new(), Vec::new(), BTreeSet::new());
    while let Some(done) = clients.join_next().await {
        let (of_one, ids, is_patient) = done.unwrap();
        times.extend(of_one);
        if is_patient {
            waited_for.extend(ids.clone());
        }
        made.extend(ids);
    }
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!(
        "{} requests, {:.0} a second; p50 {:?}, p99 {:?}; resident {} MB, at most {} MB",
        times.len(),
        times.len() as f64 / LENGTH.as_secs_f64(),
        at(50),
        at(99),
        memory(&server, "VmRSS") / 1024,
        memory(&server, "VmHWM") / 1024,
    );
    let (seen, setups) = (by_connection(&stage), events_by_connection(&stage, EventKind::Setup).await);
    let runs = runs_by_connection(&server, &made).await;
    let mut set_up = 0;
    for id in &made {
        let [setup] = setups[id].as_slice() else { panic!("{id} has one setup: {:?}", setups[id]) };
        let calls: Vec<&str> = seen[id].iter().map(String::as_str).collect();
        let ran: Vec<(&str, &str)> =
            runs[id].iter().map(|(name, end)| (name.as_str(), end.as_str())).collect();
        match setup.state {
            // It ran, after the validation and before the cleanup.
            EventState::Done => {
                set_up += 1;
                assert_eq!(calls, IN_ORDER, "{id}");
                let all = ["check", "setup", "clean"].map(|name| (name, "succeeded"));
                assert_eq!(ran, all, "{id}");
                assert!(setup.run_id.is_some() && setup.error.is_none(), "{setup:?}");
            }
            // The deletion came first, ended it, and it has done nothing.
            EventState::Failed => {
                assert!(!waited_for.contains(id), "{id} was set up before it was deleted: {setup:?}");
                assert_eq!(calls, [IN_ORDER[0], IN_ORDER[3]], "{id}");
                assert_eq!(ran, ["check", "clean"].map(|name| (name, "succeeded")), "{id}");
                let why = setup.error.as_deref().unwrap();
                assert_eq!((setup.run_id, why), (None, "the connection was deleted before this was done"));
            }
            state => panic!("{id}: its setup is {state:?}"),
        }
    }
    println!("of {} setups {set_up} ran, and {} were ended by the deletion", made.len(), made.len() - set_up);
    until("all webhooks", async || {
        let told = stage.outside.seen().webhooks;
        let deletions = told.iter().filter(|hook| hook.body.contains("\"operation\":\"deletion\""));
        deletions.count() >= made.len()
    })
    .await;
    // In order: of each connection the creation, where its setup ran, then the deletion.
    let mut told = BTreeMap::<String, Vec<String>>::new();
    for hook in stage.outside.seen().webhooks {
        let body: Value = serde_json::from_str(&hook.body).unwrap();
        let text = |field: &str| body[field].as_str().unwrap().to_owned();
        told.entry(text("connectionId")).or_default().push(text("operation"));
    }
    for id in &made {
        let set_up = setups[id].iter().any(|setup| setup.state == EventState::Done);
        let expected: &[&str] = if set_up { &["creation", "deletion"] } else { &["deletion"] };
        assert_eq!(told[id], expected, "{id}");
    }
    assert_eq!(server.log(), Vec::<String>::new(), "nothing went wrong");
}
