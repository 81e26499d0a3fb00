//! What a caller gets where a provider's answer does not come.

use axum::Router;
use reqwest::Response;
use serde_json::{Value, json};

use super::{json, provider, world, world_at};

async fn refused(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = json(response).await;
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn what_is_not_there_is_told_in_nangos_codes() {
    let world = world(provider::echo()).await;
    for (integration, connection, expected) in [
        ("nothing-of-the-kind", "acme", (404, "unknown_provider_config")),
        ("hubspot", "nobody", (400, "server_error")),
        ("own-crm", "acme", (400, "server_error")),
    ] {
        let call = world.bare_call("GET", "/proxy/a").header("connection-id", connection);
        let answer = refused(call.header("provider-config-key", integration).send().await.unwrap()).await;
        assert_eq!(answer, (expected.0, expected.1.to_owned()), "{integration} {connection}");
    }
    assert_eq!(world.call("GET", "/proxy/a").send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_connection_that_has_to_be_connected_again_is_424() {
    let world = world(provider::echo()).await;
    assert_eq!(world.import("acme", "bad").await.status.as_u16(), 400);
    let answer = refused(world.call("GET", "/proxy/a").send().await.unwrap()).await;
    assert_eq!(answer, (424, "server_error".to_owned()));
}

#[tokio::test]
async fn headers_that_say_nothing_clear_are_refused_with_their_names() {
    let world = world(provider::echo()).await;
    let fields = async |call: reqwest::RequestBuilder| {
        let body = json(call.send().await.unwrap()).await;
        assert_eq!(body["error"]["code"], "invalid_headers");
        let errors = body["error"]["errors"].as_array().unwrap();
        errors.iter().map(|error| error["path"][0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(fields(world.bare_call("GET", "/proxy/a")).await, ["provider-config-key", "connection-id"]);
    for (name, value) in [
        ("retries", "many"),
        ("retries", "-1"),
        ("retry-on", "429;503"),
        ("decompress", "yes"),
        ("forward-headers-on-redirect", "1"),
        ("connection-id", "acme"),
        ("provider-config-key", "hubspot"),
        ("nango-activity-log-id", "twice"),
    ] {
        assert_eq!(
            fields(world.call("GET", "/proxy/a").header(name, value)).await,
            [name],
            "{name}: {value}"
        );
    }
    assert_eq!(fields(world.call("GET", "/proxy/a").header("nango-proxy-", "a")).await, ["nango-proxy-"]);
    for (name, value) in [("retries", ""), ("retry-on", ""), ("decompress", "FALSE"), ("decompress", "")] {
        let answer = world.call("GET", "/proxy/a").header(name, value).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{name}: {value}");
    }
}

#[tokio::test]
async fn calls_that_cannot_be_made_are_400_with_the_proxys_code() {
    let world = world(Router::new().fallback(async || [("location", "http://10.0.0.1/")])).await;
    assert_eq!(
        refused(world.call("GET", "/proxy").send().await.unwrap()).await,
        (400, "missing_api_url".into())
    );
    assert_eq!(
        refused(world.call("GET", "/proxy/").send().await.unwrap()).await,
        (400, "missing_api_url".into())
    );
    let elsewhere = world.call("GET", "/proxy/https://other.example/a").send().await.unwrap();
    assert_eq!(refused(elsewhere).await, (400, "invalid_url".into()));
    let private = world_at("http://10.0.0.1").await.call("GET", "/proxy/a").send().await.unwrap();
    assert_eq!(refused(private).await, (400, "denied_ip".into()));
}

#[tokio::test]
async fn methods_that_cannot_be_sent_are_refused() {
    let world = world(provider::echo()).await;
    for method in ["TRACE", "TRACK", "FROBNICATE", "get2"] {
        let answer = refused(world.call(method, "/proxy/a").send().await.unwrap()).await;
        assert_eq!(answer, (405, "method_not_allowed".to_owned()), "{method}");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_500_in_the_form_of_axios() {
    let response = world_at("http://127.0.0.1:1").await.call("PATCH", "/proxy/a").send().await.unwrap();
    assert_eq!(response.status().as_u16(), 500);
    let told = json!({
        "message": "connect ECONNREFUSED 127.0.0.1:1", "code": "ECONNREFUSED", "status": null, "method": "PATCH",
    });
    assert_eq!(json(response).await, told);
}

#[tokio::test]
async fn a_key_needs_the_scope_and_its_environment_decides() {
    let mut world = world(provider::echo()).await;
    let all = std::mem::take(&mut world.key);
    world.key = world.key_for(&["environment:connections:*"]).await;
    let answer = refused(world.call("GET", "/proxy/a").send().await.unwrap()).await;
    assert_eq!(answer, (403, "forbidden".to_owned()));
    world.key = world.key_for(&["environment:proxy"]).await;
    assert_eq!(world.call("GET", "/proxy/a").send().await.unwrap().status().as_u16(), 200);
    world.key = world.new_key("prod", &onevent_contract::Scopes::everything()).await;
    let answer = refused(world.call("GET", "/proxy/a").send().await.unwrap()).await;
    assert_eq!(answer, (400, "server_error".to_owned()), "there is no such connection in prod");
    world.key = all;
    assert_eq!(world.call("GET", "/proxy/a").send().await.unwrap().status().as_u16(), 200);
}
