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
