//! How a server ends: drained, in the middle of a run, or killed; and what the next one does.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::stage::{Stage, until};

#[tokio::test]
async fn a_run_in_flight_comes_to_its_end_before_the_server_does() {
    let stage = Stage::new().await;
    let mut server = stage.serve();
    assert_eq!(server.get("/ready").await.status, StatusCode::OK);
    assert_eq!(server.import("acme", json!({ "slow": 2000 })).await.status, StatusCode::CREATED);
    until("the setup", async || stage.outside.asked("GET", "/api/begun") == 1).await;
    assert_eq!(stage.outside.asked("POST", "/api/hooks"), 0, "it is in the middle");
    server.signal("TERM");
    assert_eq!(server.ended().await.code(), Some(0), "{:?}", server.log());
    assert_eq!(stage.outside.asked("POST", "/api/hooks"), 1, "the run came to its end");
    let again = stage.serve().with_key(&server.key);
    assert_eq!(again.metadata("acme").await["hook"], "made");
    assert_eq!(stage.outside.asked("GET", "/api/begun"), 1, "and did not run twice");
}

#[tokio::test]
async fn a_server_that_goes_away_says_so_to_who_looks() {
    let stage = Stage::new().await;
    let mut server = stage.serve();
    server.import("acme", json!({ "slow": 4000 })).await;
    until("the setup", async || stage.outside.asked("GET", "/api/begun") == 1).await;
    assert_eq!(server.get("/ready").await.status, StatusCode::OK);
    server.signal("TERM");
    until("the end of being ready", async || match server.try_to_ask(Method::GET, "/ready", None).await {
        Ok(answer) => answer.status == StatusCode::SERVICE_UNAVAILABLE,
        Err(_) => false,
    })
    .await;
    assert_eq!(server.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_run_that_takes_too_long_goes_back_to_the_queue() {
    let stage = Stage::new().await;
    stage.settings("[server]\ndrain = \"200ms\"\n");
    let mut server = stage.serve();
    server.import("acme", json!({ "slow": 100_000 })).await;
    until("the setup", async || stage.outside.asked("GET", "/api/begun") == 1).await;
    server.signal("TERM");
    assert_eq!(server.ended().await.code(), Some(0), "{:?}", server.log());
    assert_eq!(stage.outside.asked("POST", "/api/hooks"), 0, "it did not come to its end");
    stage.run(&["connection", "metadata", "set", "hubspot", "acme", r#"{"slow": 0}"#]);

    let again = stage.serve().with_key(&server.key);
    until("the setup", async || stage.outside.asked("POST", "/api/hooks") == 1).await;
    until("its end", async || again.metadata("acme").await["hook"] == "made").await;
}

#[tokio::test]
async fn what_a_killed_server_had_answered_is_done_by_the_next_one() {
    let stage = Stage::new().await;
    let mut server = stage.serve();
    server.import("acme", json!({ "slow": 100_000 })).await;
    until("the setup", async || stage.outside.asked("GET", "/api/begun") == 1).await;
    // Its setup waits: it was answered 201, and nothing else has happened.
    server.kill();
    stage.run(&["connection", "metadata", "set", "hubspot", "acme", r#"{"slow": 0}"#]);

    let again = stage.serve().with_key(&server.key);
    until("the setup", async || stage.outside.asked("POST", "/api/hooks") == 1).await;
    until("the webhook", async || !stage.outside.seen().webhooks.is_empty()).await;
    assert_eq!(again.metadata("acme").await["hook"], "made");
}
