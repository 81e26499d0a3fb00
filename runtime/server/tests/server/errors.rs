//! Every error that the frame makes, in Nango's shapes.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

const UNKNOWN_KEY: &str = "9d4dc9b6-2a4b-4c7e-8f5e-0c3f0c9a7b11";

#[tokio::test]
async fn who_has_no_key_learns_what_is_wrong_with_its_form_and_nothing_else() {
    let world = World::start().await;
    let upper = format!("Bearer {}", world.key.to_uppercase());
    let simple = format!("Bearer {}", world.key.replace('-', ""));
    let braced = format!("Bearer {{{}}}", world.key);
    let unknown = format!("Bearer {UNKNOWN_KEY}");
    let basic = format!("Basic {}", world.key);
    let twice = format!("Bearer {} {}", world.key, world.key);
    let cases: [(&[(&str, &str)], &str); 12] = [
        (&[], "missing_auth_header"),
        (&[("authorization", "")], "malformed_auth_header"),
        (&[("authorization", "Bearer")], "malformed_auth_header"),
        (&[("authorization", "Bearer ")], "malformed_auth_header"),
        (&[("authorization", &basic)], "malformed_auth_header"),
        (&[("authorization", &twice)], "malformed_auth_header"),
        (&[("authorization", &unknown), ("authorization", &unknown)], "malformed_auth_header"),
        (&[("authorization", "Bearer sk-123")], "invalid_secret_key_format"),
        (&[("authorization", "Bearer 0190163d-8694-739b-aea5-966c26f8ad91")], "invalid_secret_key_format"),
        (&[("authorization", &simple)], "invalid_secret_key_format"),
        (&[("authorization", &braced)], "invalid_secret_key_format"),
        (&[("authorization", &unknown)], "unknown_account"),
    ];
    // A known route, one that is refused, and one that would change something.
    for (method, path) in [("GET", "/connections"), ("GET", "/records"), ("DELETE", "/connections/acme")] {
        for (headers, code) in cases {
            let answer = world.send(method, path, headers, None).await;
            assert_eq!(
                (answer.status, answer.code()),
                (StatusCode::UNAUTHORIZED, code),
                "{path} {headers:?}"
            );
            let fields: Vec<&String> = answer.body["error"].as_object().unwrap().keys().collect();
            assert_eq!(fields, ["message", "code", "payload"], "the older family");
        }
    }
    // A key in capitals is another text.
    let answer = world.send("GET", "/connections", &[("authorization", &upper)], None).await;
    assert_eq!(answer.code(), if upper.ends_with(&world.key) { "" } else { "unknown_account" });
    assert_eq!(world.get("/connections").await.status, StatusCode::OK, "the control");
}

#[tokio::test]
async fn a_revoked_key_is_as_unknown_as_one_that_never_was() {
    let world = World::start().await;
    let store = world.service.main_store().await.unwrap();
    let keys = store.api_keys(None).await.unwrap();
    let key = keys.first().unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction.revoke_api_key(&key.environment, key.id).await.unwrap();
    transaction.commit().await.unwrap();
    let revoked = world.get("/connections").await;
    let unknown = world.ask_with(UNKNOWN_KEY, "GET", "/connections", None).await;
    assert_eq!(revoked.code(), "unknown_account");
    assert_eq!((revoked.status, revoked.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn a_key_may_do_what_its_scopes_say() {
    let world = World::start().await;
    world.import("acme", "good").await;
    let acme = "/connections/acme?provider_config_key=hubspot";
    let metadata = json!({ "connection_id": "acme", "provider_config_key": "hubspot", "metadata": {} });
    let cases: [(&str, &str, Option<&Value>, &str); 9] = [
        ("GET", "/connections", None, "environment:connections:list"),
        ("GET", acme, None, "environment:connections:read"),
        ("POST", "/connections/metadata", Some(&metadata), "environment:connections:update"),
        ("GET", "/integrations", None, "environment:integrations:list"),
        ("GET", "/integrations/hubspot", None, "environment:integrations:read"),
        ("GET", "/integrations/hubspot/functions", None, "environment:functions:list"),
        ("GET", "/integrations/hubspot/functions/validate", None, "environment:functions:read"),
        ("GET", "/environment-variables", None, "environment:variables:read"),
        ("DELETE", acme, None, "environment:connections:delete"),
    ];
    let other = world.key_for(&["environment:proxy"]).await;
    for (method, path, body, scope) in cases {
        let refused = world.ask_with(&other, method, path, body).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "forbidden"), "{method} {path}");
        assert!(refused.body["error"]["message"].as_str().unwrap().contains(scope), "{refused:?}");
        let allowed = world.key_for(&[scope]).await;
        let allowed = world.ask_with(&allowed, method, path, body).await;
        assert!(allowed.status.is_success(), "{method} {path}: {allowed:?}");
    }
    let group = world.key_for(&["environment:connections:*"]).await;
    assert_eq!(world.ask_with(&group, "GET", "/connections", None).await.status, StatusCode::OK);
    assert_eq!(world.ask_with(&group, "GET", "/integrations", None).await.code(), "forbidden");
    // Whether the body is any good is nobody's to learn who may not send it.
    assert_eq!(world.ask_with(&other, "POST", "/connections", Some(&json!([]))).await.code(), "forbidden");
}

#[tokio::test]
async fn routes_and_methods_that_are_not_there_say_so_in_nangos_shape() {
    let world = World::start().await;
    for (method, path, status, code) in [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("GET", "/providers/a/b/c", 404, "not_found"),
        ("PUT", "/connections", 405, "method_not_allowed"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("PROPFIND", "/connections", 405, "method_not_allowed"),
    ] {
        let answer = world.ask(method, path, None).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{method} {path}");
        assert!(answer.body["error"]["message"].as_str().unwrap().contains(path), "{answer:?}");
    }
}

#[tokio::test]
async fn what_onevent_does_not_have_it_names() {
    let world = World::start().await;
    for (method, path) in [
        ("POST", "/sync/trigger"),
        ("POST", "/sync/start"),
        ("POST", "/sync/pause"),
        ("GET", "/sync/status?syncs=*"),
        ("PUT", "/sync/update-connection-frequency"),
        ("POST", "/sync/contacts/variant/eu"),
        ("DELETE", "/sync/contacts/variant/eu"),
        ("GET", "/records/?model=Contact"),
        ("PATCH", "/records/prune"),
        ("GET", "/scripts/config?format=nango"),
        ("POST", "/connect/sessions"),
        ("POST", "/connect/sessions/reconnect"),
        ("POST", "/environment/api-keys"),
        ("POST", "/functions/invocations"),
        ("POST", "/mcp"),
    ] {
        let answer = world.ask(method, path, None).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
        assert!(answer.body["error"]["message"].as_str().unwrap().contains("onevent"), "{answer:?}");
    }
}

#[tokio::test]
async fn bodies_are_json_of_the_form_that_is_asked_for() {
    let world = World::start().await;
    let bearer = format!("Bearer {}", world.key);
    let send = async |kind: Option<&str>, body: &[u8]| {
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        world.send("POST", "/connections/metadata", &headers, Some(body.to_vec())).await
    };
    let good = br#"{"connection_id":"acme","provider_config_key":"hubspot","metadata":{}}"#;
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/json; charset=utf-16"),
    ] {
        let answer = send(kind, good).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (415, "invalid_content_type"), "{kind:?}");
    }
    for kind in ["application/json", "Application/JSON; charset=UTF-8", "application/vnd.api+json"] {
        assert_eq!(send(Some(kind), good).await.code(), "unknown_connection", "{kind}");
    }
    let (open, shut) = ("{\"a\":".repeat(100_000), "}".repeat(100_000));
    let deep = format!(r#"{{"connection_id":"a","provider_config_key":"hubspot","metadata":{open}1{shut}}}"#);
    let answer = send(Some("application/json"), deep.as_bytes()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "invalid_body"),
        "a depth that no stack is made for"
    );
    let cases: [(&[u8], Value); 8] = [
        (b"", json!([])),
        (b"{", json!([])),
        (b"\xff\xfe{}", json!([])),
        (b"[]", json!([])),
        (b"{}", json!(["connection_id"])),
        (
            br#"{"connection_id":"a?b","provider_config_key":"hubspot","metadata":{}}"#,
            json!(["connection_id"]),
        ),
        (br#"{"connection_id":"a","provider_config_key":"hubspot","metadata":[]}"#, json!(["metadata"])),
        (br#"{"connection_id":"a","provider_config_key":"h","metadata":{},"more":1}"#, json!([])),
    ];
    for (body, path) in cases {
        let answer = send(Some("application/json"), body).await;
        let text = String::from_utf8_lossy(body).chars().take(80).collect::<String>();
        assert_eq!((answer.status.as_u16(), answer.code()), (400, "invalid_body"), "{text}");
        let error = &answer.body["error"]["errors"][0];
        assert_eq!(error["path"], path, "{text}: {answer:?}");
        assert!(error["code"].is_string() && error["message"].is_string(), "{answer:?}");
    }
}

#[tokio::test]
async fn queries_are_as_strict() {
    let world = World::start().await;
    for (path, field) in [
        ("/connections?limit=0", json!(["limit"])),
        ("/connections?limit=2001", json!(["limit"])),
        ("/connections?page=-1", json!(["page"])),
        ("/connections?connectionId=a%00b", json!(["connectionId"])),
        ("/connections?connectionId=a&connectionId=b", json!(["connectionId"])),
        ("/connections?nothing=1", json!([])),
        ("/connections/acme", json!(["provider_config_key"])),
        ("/connections/acme?provider_config_key=hubspot&force_refresh=yes", json!(["force_refresh"])),
        ("/integrations/hubspot?include=secrets", json!(["include"])),
        ("/environment-variables?x=1", json!([])),
        ("/integrations/hubspot/functions?limit=101", json!(["limit"])),
    ] {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "invalid_query_params"),
            "{path}: {answer:?}"
        );
        assert_eq!(answer.body["error"]["errors"][0]["path"], field, "{path}");
    }
    let answer = world.get("/connections?limit=a&page=b&c=d").await;
    assert_eq!(
        answer.body["error"]["errors"].as_array().unwrap().len(),
        3,
        "all mistakes at once: {answer:?}"
    );
}

#[tokio::test]
async fn a_route_without_parameters_takes_none() {
    let world = World::start().await;
    let metadata = json!({ "connection_id": "a", "provider_config_key": "hubspot", "metadata": {} });
    for (method, path, body) in [
        (
            "POST",
            "/connections",
            Some(json!({ "provider_config_key": "hubspot", "credentials": { "type": "NONE" } })),
        ),
        ("POST", "/connections/metadata", Some(metadata.clone())),
        ("PATCH", "/connections/metadata", Some(metadata)),
        ("POST", "/integrations", Some(json!({ "provider": "hubspot", "unique_key": "crm" }))),
        ("PATCH", "/integrations/hubspot", Some(json!({}))),
        ("DELETE", "/integrations/hubspot", None),
        ("POST", "/action/trigger", Some(json!({ "action_name": "echo" }))),
        ("GET", "/action/0190163d-8694-739b-aea5-966c26f8ad91", None),
    ] {
        let answer = world.ask(method, &format!("{path}?more=1"), body.as_ref()).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, "invalid_query_params"), "{method} {path}");
    }
    assert_eq!(world.get("/connections").await.body, json!({ "connections": [] }));
    let webhook = world.send("POST", "/webhook/6c2d5a9e/hubspot", &[], Some(Vec::new())).await;
    assert_eq!((webhook.status.as_u16(), webhook.code()), (404, "not_found"), "{webhook:?}");
}
