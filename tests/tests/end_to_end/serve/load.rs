//! Many clients at once, and a server that is killed under them. They take minutes, so they run only when asked for:
//! `cargo nextest run -p onevent-tests --run-ignored only load --no-capture`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::server::Server;
use super::stage::{Stage, until};

const CLIENTS: usize = 200;
const LENGTH: Duration = Duration::from_secs(60);
const FEW_KILLS: usize = 4;
const MANY_KILLS: usize = 300;
/// One in so many requests of a setup fails.
const FAILING: usize = 20;
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

/// A number of kilobytes that the system tells of a process.
fn memory(server: &Server, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
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
                let start = Instant::now();
                let path = format!("/connections/{id}?provider_config_key=hubspot");
                let deleted = server.ask(Method::DELETE, &path, None).await;
                assert_eq!(deleted.status, StatusCode::OK, "{deleted:?}");
                times.push(start.elapsed());
                made.push(id);
            }
            (times, made)
        });
    }
    let (mut times, mut made) = (Vec::new(), Vec::new());
    while let Some(done) = clients.join_next().await {
        let (of_one, ids) = done.unwrap();
        times.extend(of_one);
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
    let seen = by_connection(&stage);
    for id in &made {
        let mut rest = IN_ORDER.iter();
        assert!(seen[id].iter().all(|one| rest.any(|next| next == one)), "{id}: {:?}", seen[id]);
        let (first, last) = (seen[id].first().unwrap(), seen[id].last().unwrap());
        assert_eq!((first.as_str(), last.as_str()), (IN_ORDER[0], IN_ORDER[3]), "{id}: {:?}", seen[id]);
    }
    until("all webhooks", async || {
        let told = stage.outside.seen().webhooks;
        let deletions = told.iter().filter(|hook| hook.body.contains("\"operation\":\"deletion\""));
        deletions.count() >= made.len()
    })
    .await;
    assert_eq!(server.log(), Vec::<String>::new(), "nothing went wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_kills() {
    println!("{}", survive(FEW_KILLS).await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a quarter of an hour"]
async fn what_was_answered_survives_three_hundred_kills() {
    println!("{}", survive(MANY_KILLS).await);
}

/// Kills servers under their clients, one after the other, with a provider that fails now and then: whatever was answered
/// is there and set up, in order, and every event says how it ended.
async fn survive(kills: usize) -> String {
    let stage = Stage::new().await;
    stage.settings(&format!("{NO_RATE_LIMIT}[retries]\nbackoff = \"100ms\"\nmax = 20\n"));
    stage.outside.fail_one_in(FAILING, "/api/hooks");
    let mut key = String::new();
    let mut answered = BTreeSet::<String>::new();
    let mut round = 0_usize;
    loop {
        let started = stage.serve_with(&["--log-level", "error"]);
        if round == 0 {
            started.key.clone_into(&mut key);
        }
        let server = Arc::new(started.with_key(&key));
        // All of them at the end, the newest before: a look at each takes longer than a round.
        let newest = format!("r{}-", round.saturating_sub(1));
        for id in answered.iter().filter(|id| round == kills || id.starts_with(&newest)) {
            let found = server.get(&format!("/connections/{id}?provider_config_key=hubspot")).await;
            assert_eq!(found.status, StatusCode::OK, "round {round}: {id} was answered 201: {found:?}");
        }
        if round == kills {
            let all = |what: &BTreeSet<String>| answered.is_subset(what);
            until("every setup", async || {
                let seen = by_connection(&stage);
                let set_up =
                    seen.into_iter().filter(|(_, seen)| seen.iter().any(|one| one == "POST /api/hooks"));
                all(&set_up.map(|(id, _)| id).collect())
            })
            .await;
            return explain(&stage, &server, &answered).await;
        }
        let over = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for client in 0..20 {
            let (server, over) = (Arc::clone(&server), Arc::clone(&over));
            clients.spawn(async move {
                let mut made = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let id = format!("r{round}-c{client}-{}", made.len());
                    match import(&server, &id).await {
                        Ok(status) => assert_eq!(status, StatusCode::CREATED),
                        // It was killed before it answered: it may be there or not.
                        Err(_) => break,
                    }
                    made.push(id);
                }
                made
            });
        }
        tokio::time::sleep(Duration::from_millis(300 + 70 * (round % 20) as u64)).await;
        server.signal("KILL");
        over.store(true, Ordering::Relaxed);
        while let Some(made) = clients.join_next().await {
            answered.extend(made.unwrap());
        }
        round += 1;
    }
}

/// Every event of what was answered is done, however often it was begun, and what ran twice had lost its lease.
async fn explain(stage: &Stage, server: &Server, answered: &BTreeSet<String>) -> String {
    let open = |state: &'static str| async move {
        let path = format!("/events?kind=setup&limit=1000&state={state}");
        server.get(&path).await.body["events"].as_array().unwrap().clone()
    };
    until("the end of every event", async || open("waiting").await.is_empty()).await;
    assert_eq!(
        open("dead").await,
        Vec::<serde_json::Value>::new(),
        "twenty retries are enough for one in twenty"
    );
    let mut repeated = 0;
    for (id, seen) in by_connection(stage) {
        let made = seen.iter().filter(|one| *one == "POST /api/hooks").count();
        repeated += made.saturating_sub(1);
        let first = |what: &str| seen.iter().position(|one| one == what);
        if answered.contains(&id) {
            assert!(first("GET /api/account") < first("GET /api/begun"), "{id}: {seen:?}");
            assert!(first("GET /api/begun") < first("POST /api/hooks"), "{id}: {seen:?}");
        }
    }
    format!(
        "{} connections were answered, and all are there and set up; {repeated} requests were repeated, \
         by retries and kills together",
        answered.len()
    )
}
