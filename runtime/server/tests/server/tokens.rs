//! Access tokens that the server refreshes: where a connection is read, behind the proxy, and at the beginning.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use onevent_contract::Operation;
use onevent_store::{EventFilter, EventKind};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::{Answer, World};

/// What the token endpoint was asked, and the next number of a token; `None` refuses.
#[derive(Clone, Default)]
struct Provider(Arc<Mutex<(Vec<String>, Option<u32>)>>);

async fn answer(State(provider): State<Provider>, request: Request) -> Response {
    let sent = request.headers().get("authorization").map_or("", |value| value.to_str().unwrap()).to_owned();
    if request.uri().path() != "/token" {
        return sent.into_response();
    }
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let (asked, next) = &mut *provider.0.lock().unwrap();
    asked.push(String::from_utf8(body.to_vec()).unwrap());
    match next {
        Some(number) => {
            *number += 1;
            axum::Json(json!({"access_token": format!("access-{number}"), "expires_in": 3600}))
                .into_response()
        }
        None => (StatusCode::BAD_REQUEST, axum::Json(json!({"error": "invalid_grant"}))).into_response(),
    }
}

impl Provider {
    /// A provider, and a server that knows it as `renewing` and `machine`.
    async fn start() -> (Self, World) {
        let provider = Self(Arc::new(Mutex::new((Vec::new(), Some(1)))));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let template = |name: &str, mode: &str| {
            format!("{name}:\n  auth_mode: {mode}\n  token_url: {url}/token\n  proxy:\n    base_url: {url}\n")
        };
        let providers = format!("{}{}", template("renewing", "OAUTH2"), template("machine", "OAUTH2_CC"));
        let settings = "[egress]\nallow = [\"127.0.0.0/8\"]\n[integrations.renewing]\nclient_id = \"client-1\"\n\
                        [webhooks]\nurl = \"https://app.example.com/hooks\"\n";
        let world = World::with_providers(&providers, settings).await;
        (provider, world)
    }

    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().0.clone()
    }

    fn refuses(&self) {
        self.0.lock().unwrap().1 = None;
    }
}

impl World {
    /// Imports the connection `acme` of `renewing`, whose token ends then.
    async fn import_renewing(&self, expires_at: &str) {
        let body = json!({
            "provider_config_key": "renewing", "connection_id": "acme",
            "credentials": {
                "type": "OAUTH2", "access_token": "access-1", "refresh_token": "refresh-1", "expires_at": expires_at,
            },
        });
        let imported = self.ask("POST", "/connections", Some(&body)).await;
        assert_eq!(imported.status, StatusCode::CREATED, "{imported:?}");
    }

    async fn read_acme(&self, query: &str) -> Answer {
        self.get(&format!("/connections/acme?provider_config_key=renewing{query}")).await
    }
}

const PAST: &str = "2026-01-01T00:00:00Z";
const FAR: &str = "2100-01-01T00:00:00Z";

#[tokio::test]
async fn a_read_refreshes_what_is_due_and_what_is_asked_for() {
    let (provider, world) = Provider::start().await;
    world.import_renewing(PAST).await;
    // Who may not see credentials does not refresh them.
    let without = world.key_for(&["environment:connections:read"]).await;
    let path = "/connections/acme?provider_config_key=renewing";
    assert_eq!(world.ask_with(&without, "GET", path, None).await.status, StatusCode::OK);
    assert_eq!(provider.asked().len(), 0);
    let read = world.read_acme("").await;
    assert_eq!(read.body["credentials"]["access_token"], "access-2", "{read:?}");
    assert_eq!(read.body["credentials"].get("refresh_token"), None);
    assert_eq!(
        world.read_acme("&refresh_token=true").await.body["credentials"]["refresh_token"],
        "refresh-1"
    );
    assert_eq!(provider.asked(), ["grant_type=refresh_token&refresh_token=refresh-1&client_id=client-1"]);
    let forced = world.read_acme("&force_refresh=true").await;
    assert_eq!(forced.body["credentials"]["access_token"], "access-3", "{forced:?}");
}

#[tokio::test]
async fn a_request_behind_the_proxy_has_a_token_that_lasts() {
    let (provider, world) = Provider::start().await;
    world.import_renewing(PAST).await;
    let bearer = format!("Bearer {}", world.key);
    let headers =
        [("authorization", bearer.as_str()), ("connection-id", "acme"), ("provider-config-key", "renewing")];
    let answer = world.send("GET", "/proxy/me", &headers, None).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, json!("Bearer access-2")));
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_424_and_a_webhook() {
    let (provider, world) = Provider::start().await;
    world.import_renewing(FAR).await;
    provider.refuses();
    // A token that lasts is used, though another one is refused to who insists.
    let refused = world.read_acme("&force_refresh=true").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (424, "invalid_credentials"), "{refused:?}");
    let payload = &refused.body["error"]["payload"]["connection"];
    assert_eq!((&payload["connection_id"], &payload["credentials"]), (&json!("acme"), &json!({})));
    assert_eq!(world.read_acme("").await.body["credentials"]["access_token"], "access-1");
    let store = world.service.main_store().await.unwrap();
    let filter = EventFilter { kind: Some(EventKind::Webhook), ..EventFilter::of("dev".parse().unwrap()) };
    let events = store.events(&filter).await.unwrap();
    let refreshes: Vec<_> =
        events.iter().filter(|event| event.operation == Some(Operation::Refresh)).collect();
    assert_eq!(refreshes.len(), 1, "{events:?}");
    let event = store.event(&"dev".parse().unwrap(), refreshes[0].id).await.unwrap().unwrap();
    let body: Value = serde_json::from_str(event.payload["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        body,
        json!({
            "from": "nango", "type": "auth", "operation": "refresh", "success": false, "connectionId": "acme",
            "providerConfigKey": "renewing", "provider": "renewing", "environment": "dev", "authMode": "OAUTH2",
            "error": {"type": "refresh_token_external_error", "description": "the provider refused: invalid_grant"},
        })
    );
}

#[tokio::test]
async fn a_client_gets_its_first_token_before_its_connection_is_stored() {
    let (provider, world) = Provider::start().await;
    let body = json!({
        "provider_config_key": "machine", "connection_id": "acme", "connection_config": {"oauth_scopes": "read"},
        "credentials": {"type": "OAUTH2_CC", "client_id": "own", "client_secret": "own-secret"},
    });
    let imported = world.ask("POST", "/connections", Some(&body)).await;
    assert_eq!(imported.status, StatusCode::CREATED, "{imported:?}");
    assert_eq!(imported.body["credentials"]["token"], "access-2");
    let asked = "grant_type=client_credentials&scope=read&client_id=own&client_secret=own-secret";
    assert_eq!(provider.asked(), [asked]);
    provider.refuses();
    let mut other = body.clone();
    other["connection_id"] = "globex".into();
    let refused = world.ask("POST", "/connections", Some(&other)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "connection_test_failed"), "{refused:?}");
    let listed = world.get("/connections").await;
    assert_eq!(listed.body["connections"].as_array().unwrap().len(), 1);
    // A reconnect that gets none leaves what there is.
    let refused = world.ask("POST", "/connections", Some(&body)).await;
    assert_eq!(refused.code(), "connection_test_failed");
    let read = world.get("/connections/acme?provider_config_key=machine").await;
    assert_eq!(read.body["credentials"]["token"], "access-2", "{read:?}");
}
