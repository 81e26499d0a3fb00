//! What surrounds connections: integrations, functions, providers, variables.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{VALIDATE, World};

#[tokio::test]
async fn integrations_of_the_project_are_shown_and_read_only() {
    let world = World::start().await;
    let listed = world.get("/integrations").await;
    let keys: Vec<&Value> =
        listed.body["data"].as_array().unwrap().iter().map(|one| &one["unique_key"]).collect();
    assert_eq!(keys, ["hubspot", "own-crm"]);
    let one = world.get("/integrations/own-crm").await;
    assert_eq!(
        (&one.body["data"]["provider"], one.body["data"].get("credentials")),
        (&json!("hubspot"), None)
    );
    let with = world.get("/integrations/own-crm?include=webhook&include=credentials").await;
    assert_eq!(with.body["data"]["credentials"]["client_id"], "the-client", "{with:?}");
    assert!(with.body["data"].get("webhook_url").is_some(), "{with:?}");
    let reader = world.key_for(&["environment:integrations:read"]).await;
    let refused = world.ask_with(&reader, "GET", "/integrations/own-crm?include=credentials", None).await;
    assert_eq!(refused.code(), "forbidden");
    assert_eq!(world.get("/integrations/nowhere").await.code(), "not_found");
    for method in ["PATCH", "DELETE"] {
        let refused = world.ask(method, "/integrations/own-crm", Some(&json!({}))).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "integration_is_read_only"));
        assert_eq!(world.ask(method, "/integrations/nowhere", Some(&json!({}))).await.code(), "not_found");
    }
}

#[tokio::test]
async fn functions_are_listed_with_their_code() {
    let world = World::start().await;
    let listed = world.get("/integrations/hubspot/functions").await;
    let names: Vec<&Value> = listed.body["data"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["validate", "setup", "echo"]);
    assert_eq!(listed.body["pagination"], json!({ "total": 3, "page": 0, "limit": 20 }));
    let one = world.get("/integrations/hubspot/functions?type=on-event&search=VAL&limit=1").await;
    assert_eq!(one.body["data"][0]["event"], "validate-connection", "{one:?}");
    assert_eq!(one.body["pagination"]["total"], 1);
    assert_eq!(world.get("/integrations/hubspot/functions?type=sync").await.body["data"], json!([]));
    let action = world.get("/integrations/hubspot/functions/echo?type=action").await;
    assert_eq!(action.body["data"]["input"], "ActionInput_hubspot_echo");
    let schema = &action.body["data"]["json_schema"]["definitions"]["ActionInput_hubspot_echo"];
    assert_eq!(schema["properties"]["text"]["type"], "string", "{action:?}");
    let code = world.get("/integrations/hubspot/functions/validate/code").await;
    assert_eq!(code.body, json!({ "type": "on-event", "code": VALIDATE }));
    for path in ["/integrations/hubspot/functions/nothing", "/integrations/nowhere/functions"] {
        assert_eq!(world.get(path).await.code(), "not_found", "{path}");
    }
}

#[tokio::test]
async fn providers_and_variables_are_shown() {
    let world = World::start().await;
    let nobody = world.key_for(&["environment:proxy"]).await;
    let all = world.ask_with(&nobody, "GET", "/providers", None).await;
    assert!(all.body["data"].as_array().unwrap().len() > 50, "every key may see them");
    let found = world.get("/providers?search=HubSpot").await;
    let names: Vec<&Value> = found.body["data"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert!(names.contains(&&json!("hubspot")) && names.len() < 10, "{names:?}");
    let one = world.get("/providers/hubspot").await;
    assert_eq!(
        (&one.body["data"]["name"], &one.body["data"]["auth_mode"]),
        (&json!("hubspot"), &json!("OAUTH2"))
    );
    assert_eq!(world.get("/providers/hubspot/templates").await.body, json!({ "data": [] }));
    for path in ["/providers/nothing", "/providers/nothing/templates"] {
        assert_eq!(world.get(path).await.code(), "not_found", "{path}");
    }
    let variables = world.get("/environment-variables").await;
    assert_eq!(variables.body, json!([{ "name": "REGION", "value": "eu" }]));
}

#[tokio::test]
async fn an_integration_is_made_changed_and_deleted() {
    let world = World::start().await;
    let credentials = json!({ "type": "OAUTH2", "client_id": "made", "client_secret": "hush" });
    let body = json!({
        "provider": "hubspot", "unique_key": "hubspot", "display_name": "CRM", "credentials": credentials,
    });
    let made = world.ask("POST", "/integrations", Some(&body)).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    assert_eq!(
        (&made.body["data"]["display_name"], &made.body["data"]["forward_webhooks"]),
        (&json!("CRM"), &json!(true))
    );
    assert!(made.body["data"]["created_at"].as_str().unwrap().ends_with('Z'), "{made:?}");
    assert!(!made.body.to_string().contains("hush"), "{made:?}");
    let with = world.get("/integrations/hubspot?include=credentials").await;
    let shown = json!({
        "type": "OAUTH2", "client_id": "made", "client_secret": "hush", "scopes": null, "webhook_secret": null,
    });
    assert_eq!(with.body["data"]["credentials"], shown);

    // Functions and connections find it.
    assert_eq!(world.import("acme", "good").await.status, StatusCode::CREATED);
    let connection = world.get("/connections/acme?provider_config_key=hubspot").await;
    assert_eq!(connection.body["metadata"], json!({ "setUp": true, "app": "made" }));
    let other = world.new_key("prod", &onevent_contract::Scopes::everything()).await;
    let elsewhere = world.ask_with(&other, "GET", "/integrations/hubspot", None).await;
    assert_eq!(elsewhere.body["data"]["created_at"], json!(null), "another environment has its own");

    let used = world.ask("DELETE", "/integrations/hubspot", None).await;
    assert_eq!((used.status.as_u16(), used.code()), (409, "integration_in_use"));
    let renamed = world.ask("PATCH", "/integrations/hubspot", Some(&json!({ "unique_key": "crm" }))).await;
    assert_eq!(renamed.code(), "integration_in_use");
    world.ask("DELETE", "/connections/acme?provider_config_key=hubspot", None).await;
    let patch = json!({ "unique_key": "crm", "display_name": "Other", "forward_webhooks": false });
    let patched = world.ask("PATCH", "/integrations/hubspot", Some(&patch)).await;
    assert_eq!(patched.body["data"]["unique_key"], "crm", "{patched:?}");
    let with = world.get("/integrations/crm?include=credentials").await;
    assert_eq!(with.body["data"]["credentials"]["client_secret"], "hush", "what is not given stays");
    let gone = world.ask("DELETE", "/integrations/crm", None).await;
    assert_eq!((gone.status, gone.body), (StatusCode::OK, json!({ "success": true })));
    assert_eq!(world.get("/integrations/crm").await.code(), "not_found");
}

#[tokio::test]
async fn what_cannot_be_an_integration_is_named() {
    let world = World::start().await;
    let with = |changes: Value| {
        let mut body = json!({ "provider": "stripe-api-key", "unique_key": "pay" });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        body
    };
    let app = json!({ "type": "OAUTH2", "client_id": "c", "client_secret": "hush" });
    for (body, path) in [
        (with(json!({ "provider": "nothing" })), json!(["provider"])),
        (with(json!({ "unique_key": "a/b" })), json!(["unique_key"])),
        (with(json!({ "unique_key": "own-crm" })), json!(["unique_key"])),
        (with(json!({ "display_name": "" })), json!(["display_name"])),
        (with(json!({ "credentials": app })), json!(["credentials", "type"])),
        (with(json!({ "credentials": { "type": "OAUTH2", "client_id": 7 } })), json!(["credentials"])),
        (with(json!({ "custom": { "a": 1 } })), json!(["custom", "a"])),
        (with(json!({ "more": 1 })), json!([])),
    ] {
        let answer = world.ask("POST", "/integrations", Some(&body)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, "invalid_body"), "{body}: {answer:?}");
        assert_eq!(answer.body["error"]["errors"][0]["path"], path, "{answer:?}");
        assert!(!answer.body.to_string().contains("hush"), "{answer:?}");
    }
    let quick = "/integrations/quickstart";
    assert_eq!(world.ask("POST", quick, Some(&with(json!({})))).await.status, StatusCode::OK);
    let twice = world.ask("POST", quick, Some(&with(json!({})))).await;
    assert_eq!(twice.body["error"]["errors"][0]["path"], json!(["unique_key"]), "{twice:?}");
    let needs_app =
        world.ask("POST", quick, Some(&json!({ "provider": "hubspot", "unique_key": "hs" }))).await;
    assert_eq!(needs_app.body["error"]["errors"][0]["path"], json!(["provider"]), "{needs_app:?}");
}
