//! What stands around every route.

use std::io::Write;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use axum::Router;
use onevent_contract::Scopes;
use onevent_server::{ServerOptions, router};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::world::World;

#[tokio::test]
async fn it_says_whether_it_lives_and_whether_it_takes_work() {
    let draining = CancellationToken::new();
    let world = World::with(ServerOptions { draining: draining.clone(), ..ServerOptions::default() }).await;
    let answer = world.send("GET", "/health", &[], None).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, json!({ "result": "ok" })));
    let databases = json!([{ "main": true, "environments": [], "result": "ready" }]);
    let answer = world.send("GET", "/ready", &[], None).await;
    assert_eq!(
        (answer.status, answer.body),
        (StatusCode::OK, json!({ "result": "ready", "databases": databases }))
    );
    draining.cancel();
    let answer = world.send("GET", "/ready", &[], None).await;
    assert_eq!(
        (answer.status, answer.body),
        (StatusCode::SERVICE_UNAVAILABLE, json!({ "result": "draining", "databases": databases }))
    );
    assert_eq!(world.send("GET", "/health", &[], None).await.status, StatusCode::OK);
    assert_eq!(world.get("/connections").await.status, StatusCode::OK, "what comes is still answered");
}

#[tokio::test]
async fn it_takes_no_work_when_its_database_is_gone_or_closed() {
    let ready = async |world: &World| {
        let answer = world.send("GET", "/ready", &[], None).await;
        (answer.status.as_u16(), answer.body["result"].as_str().unwrap().to_owned())
    };
    let no_database = (503, "no database".to_owned());
    let world = World::start().await;
    assert_eq!(ready(&world).await, (200, "ready".to_owned()));
    world.service.main_store().await.unwrap().close().await;
    assert_eq!(ready(&world).await, no_database);

    let world = World::start().await;
    assert_eq!(ready(&world).await, (200, "ready".to_owned()));
    let (database, moved) = (world.database(), world.database().with_extension("moved"));
    std::fs::rename(&database, &moved).unwrap();
    assert_eq!(ready(&world).await, no_database);
    std::fs::rename(&moved, &database).unwrap();
    assert_eq!(ready(&world).await, (200, "ready".to_owned()));
    assert_eq!(world.send("GET", "/health", &[], None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn telemetry_needs_no_key_and_gets_no_answer() {
    let world = World::start().await;
    let body = json!({ "deviceId": "d", "event": "cli:deploy", "ephemeral": false }).to_string();
    let headers = [("content-type", "application/json")];
    let answer = world.send("POST", "/cli/telemetry", &headers, Some(body.into_bytes())).await;
    assert_eq!((answer.status, answer.body), (StatusCode::NO_CONTENT, json!(null)));
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let world = World::start().await;
    for path in ["/connections/", "/connections/?connectionId=acme", "/providers/hubspot/", "/health/"] {
        assert_eq!(world.get(path).await.status, StatusCode::OK, "{path}");
    }
    let answer = world.get("/records/?model=Contact").await;
    assert!(answer.body["error"]["message"].as_str().unwrap().contains("no records"), "{answer:?}");
}

#[tokio::test]
async fn it_can_be_nested_under_a_path() {
    let world = World::served(|service| {
        let inner = router(service, ServerOptions::default());
        Router::new().nest("/nango", inner).route("/own", axum::routing::get(async || "own"))
    })
    .await;
    assert_eq!(world.get("/nango/providers/hubspot").await.body["data"]["name"], "hubspot");
    assert_eq!(world.get("/nango/providers/hubspot/").await.status, StatusCode::OK);
    assert_eq!(world.get("/nango/nothing").await.code(), "not_found");
    assert_eq!(world.get("/own").await.body, "own");
    assert_eq!(world.get("/connections").await.code(), "", "it answers below its path only");
}

#[tokio::test]
async fn the_key_decides_the_environment() {
    let world = World::start().await;
    assert_eq!(world.import("acme", "good").await.status, StatusCode::CREATED);
    let other = world.new_key("prod", &Scopes::everything()).await;
    let listed = async |key: &str| {
        let answer = world.ask_with(key, "GET", "/connections", None).await;
        answer.body["connections"].as_array().unwrap().len()
    };
    assert_eq!(listed(&world.key).await, 1);
    assert_eq!(listed(&other).await, 0);
    let path = "/connections/acme?provider_config_key=hubspot";
    assert_eq!(world.ask_with(&other, "GET", path, None).await.code(), "not_found");
    assert_eq!(world.ask_with(&other, "DELETE", path, None).await.code(), "unknown_connection");
    for (key, name) in [(&world.key, "dev"), (&other, "prod")] {
        let answer = world.ask_with(key, "GET", "/api/v1/environments", None).await;
        assert_eq!(answer.body, json!({ "data": [{ "name": name }] }));
    }
}

#[tokio::test]
async fn a_key_may_ask_so_often_and_then_has_to_wait() {
    let rate_limit = NonZeroU32::new(3);
    let world = World::with(ServerOptions { rate_limit, ..ServerOptions::default() }).await;
    for left in ["2", "1", "0"] {
        let answer = world.get("/connections").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!((answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")), ("3", left));
        assert!(answer.header("x-ratelimit-reset").parse::<u64>().unwrap() > 1_700_000_000);
    }
    let refused = world.get("/connections?connectionId=a").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let error = json!({ "code": "too_many_request", "method": "GET", "path": "/connections" });
    assert_eq!(refused.body, json!({ "error": error }));
    assert!((1..=20).contains(&refused.header("retry-after").parse::<u64>().unwrap()), "{refused:?}");
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    let other = world.new_key("dev", &Scopes::everything()).await;
    assert_eq!(world.ask_with(&other, "GET", "/connections", None).await.status, StatusCode::OK);
    assert_eq!(world.send("GET", "/health", &[], None).await.status, StatusCode::OK);
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_answer_and_every_line_has_the_requests_id_and_none_has_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE);
    let _guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());
    let world = World::start().await;
    let bearer = format!("Bearer {}", world.key);
    let headers = [("authorization", bearer.as_str()), ("cookie", "session=hush-cookie")];
    let own = world.send("GET", "/connections?search=hush-search", &headers, None).await;
    let id = own.header("x-request-id").to_owned();
    assert_eq!(id.len(), 36, "{own:?}");
    let given = [("authorization", bearer.as_str()), ("x-request-id", "mine-42")];
    assert_eq!(world.send("GET", "/connections", &given, None).await.header("x-request-id"), "mine-42");
    for hostile in ["a b", "{\"level\":\"x\"}", &"a".repeat(129), "ünïcode"] {
        let answer = world.send("GET", "/health", &[("x-request-id", hostile)], None).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{hostile:?}");
    }
    let body = json!({
        "provider_config_key": "hubspot", "connection_id": "acme", "extra": "hush-extra",
        "credentials": { "type": "OAUTH2", "access_token": "hush-token" },
    });
    assert_eq!(world.ask("POST", "/connections", Some(&body)).await.code(), "invalid_body");
    assert_eq!(world.import("acme", "hush-import").await.status, StatusCode::CREATED);
    assert_eq!(world.get("/nothing").await.header("x-request-id").len(), 36);
    assert_eq!(
        world.send("GET", "/connections", &[("authorization", "Bearer hush-wrong")], None).await.code(),
        "invalid_secret_key_format"
    );

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let answered: Vec<&str> = text.lines().filter(|line| line.contains("\"answered\"")).collect();
    assert_eq!(answered.len(), 10, "{text}");
    assert!(answered.iter().all(|line| line.contains("\"id\":\"")), "{text}");
    assert!(
        answered.iter().any(|line| line.contains(&id) && line.contains("\"environment\":\"dev\"")),
        "{text}"
    );
    assert!(answered.iter().any(|line| line.contains("\"id\":\"mine-42\"")), "{text}");
    assert!(!text.contains(&world.key), "a secret key is in the log");
    assert!(!text.contains("hush"), "a secret is in the log: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_name_the_request_that_led_to_them_and_so_does_their_line_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let world = World::start().await;
    // The workers' tasks run on other threads: the log is everybody's in this process, which is this test's alone.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let _workers = world.service.start_workers(|_, error| panic!("{error}")).await.unwrap();
    let bearer = format!("Bearer {}", world.key);
    let ask = async |request: &str, path: &str, more: &[(&str, &str)], body: Value| {
        let own = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("x-request-id", request),
        ];
        let headers = [&own, more].concat();
        world.send("POST", path, &headers, Some(body.to_string().into_bytes())).await
    };
    let body = json!({
        "provider_config_key": "hubspot", "connection_id": "acme",
        "credentials": { "type": "OAUTH2", "access_token": "good" },
    });
    assert_eq!(ask("creation-1", "/connections", &[], body).await.status, StatusCode::CREATED);
    let of = [("provider-config-key", "hubspot"), ("connection-id", "acme"), ("x-async", "true")];
    let echo = json!({ "action_name": "echo", "input": { "text": "later" } });
    assert_eq!(ask("action-1", "/action/trigger", &of[..2], echo.clone()).await.status, StatusCode::OK);
    assert_eq!(ask("action-2", "/action/trigger", &of, echo).await.status, StatusCode::ACCEPTED);
    let runs = async |request: &str| -> Vec<Value> {
        let answer = world.get(&format!("/runs?requestId={request}")).await;
        answer.body["runs"].as_array().unwrap().clone()
    };
    for (request, functions) in
        [("creation-1", &["setup", "validate"][..]), ("action-1", &["echo"]), ("action-2", &["echo"])]
    {
        let mut found = runs(request).await;
        while found.len() < functions.len() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            found = runs(request).await;
        }
        let names: Vec<&str> = found.iter().map(|run| run["function"].as_str().unwrap()).collect();
        assert_eq!(names, functions, "{request}");
        for run in found {
            assert_eq!(run["request_id"], request);
            let report = world.get(&format!("/runs/{}", run["run_id"].as_str().unwrap())).await;
            assert_eq!(report.body["request_id"], request);
        }
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let id = format!("\"id\":\"{request}\"");
        let told = text.lines().filter(|line| line.contains("a function ran") && line.contains(&id)).count();
        assert_eq!(told, functions.len(), "{request}: {text}");
    }
    assert_eq!(world.get("/runs?requestId=a%20b").await.code(), "invalid_query_params");
}
