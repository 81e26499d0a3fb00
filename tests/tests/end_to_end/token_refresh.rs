//! Tokens that the program refreshes, at a real token endpoint.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::World;

/// How long the token endpoint thinks about an answer.
const THINKS: Duration = Duration::from_secs(2);

/// A provider whose refresh tokens are good for once, and what it was sent with requests.
#[derive(Clone, Default)]
struct Provider {
    refreshes: Arc<AtomicUsize>,
    /// Of these, the first ones are never answered: whoever asks has to end by itself.
    unanswered: Arc<AtomicUsize>,
    refuses: Arc<Mutex<bool>>,
    used: Arc<Mutex<Vec<String>>>,
}

async fn answer(State(provider): State<Provider>, request: Request) -> Response {
    if request.uri().path() != "/token" {
        let sent =
            request.headers().get("authorization").map_or("", |value| value.to_str().unwrap()).to_owned();
        provider.used.lock().unwrap().push(sent);
        return axum::Json(json!({"id": "h1"})).into_response();
    }
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let asked = provider.refreshes.fetch_add(1, Ordering::SeqCst) + 1;
    let unanswered = provider.unanswered.load(Ordering::SeqCst);
    if asked <= unanswered {
        std::future::pending::<()>().await;
    }
    let number = asked - unanswered;
    tokio::time::sleep(THINKS).await;
    let known = body.contains(&format!("refresh_token=refresh-token-number-{number}&"));
    if *provider.refuses.lock().unwrap() || !known {
        return (StatusCode::BAD_REQUEST, axum::Json(json!({"error": "invalid_grant"}))).into_response();
    }
    let next = number + 1;
    axum::Json(json!({
        "access_token": format!("access-token-number-{next}"), "expires_in": 3600,
        "refresh_token": format!("refresh-token-number-{next}"),
    }))
    .into_response()
}

/// A project with a cleanup function that uses its token and fails with it, and the connection `acme`, whose token has
/// expired. Nothing has used it yet.
async fn world() -> (Provider, World) {
    let provider = Provider::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(provider.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let body = "await nango.delete({ endpoint: '/hooks/h1' });\nawait nango.log(await nango.getToken());";
    let world = World::with_functions(&[("remove", "pre-connection-deletion", "undefined", body)]);
    let template = format!(
        "hourly:\n  auth_mode: OAUTH2\n  token_url: {url}/token\n  refresh_params:\n    grant_type: refresh_token\n  \
         proxy:\n    base_url: {url}\n"
    );
    world.file("providers.yaml", &template);
    let settings = "providers = \"providers.yaml\"\n[integrations.salesforce]\nprovider = \"hourly\"\n\
                    client_id = \"client-1\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n";
    world.file("onevent.toml", settings);
    let credentials = json!({
        "type": "OAUTH2", "access_token": "access-token-number-1", "refresh_token": "refresh-token-number-1",
        "expires_at": "2026-01-01T00:00:00Z",
    });
    world.file("expired.json", &credentials.to_string());
    let world = in_background(world, |world| drop(world.create("acme", "expired").exits(0))).await;
    (provider, world)
}

/// Does with the program what takes a while.
async fn in_background(world: World, work: impl FnOnce(&World) + Send + 'static) -> World {
    let done = tokio::task::spawn_blocking(move || {
        work(&world);
        world
    });
    done.await.unwrap()
}

#[tokio::test]
async fn two_programs_at_once_refresh_once_and_keep_what_came() {
    let (provider, world) = world().await;
    let world = in_background(world, |world| {
        let run = || world.command(&["dryrun", "remove", "acme", "--allow-writes"]).spawn().unwrap();
        for run in [run(), run()] {
            let output = run.wait_with_output().unwrap();
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(report["outcome"], "succeeded", "{report:#}");
            assert!(!report.to_string().contains("token-number"), "tokens are hidden: {report:#}");
            assert!(report.to_string().contains("[redacted]"), "and one was shown: {report:#}");
        }
    });
    let world = world.await;
    assert_eq!(provider.refreshes.load(Ordering::SeqCst), 1);
    let used = provider.used.lock().unwrap().clone();
    assert_eq!(used, ["Bearer access-token-number-2", "Bearer access-token-number-2"]);
    in_background(world, |world| {
        let get = ["connection", "get", "salesforce", "acme", "--show-credentials"];
        let shown = world.run(&get).exits(0).document;
        let credentials = &shown["connection"]["credentials"];
        assert_eq!(credentials["access_token"], "access-token-number-2");
        assert_eq!(credentials["refresh_token"], "refresh-token-number-2");
        assert!(shown["refresh"]["refreshed_at"].is_string(), "{shown:#}");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_leaves_the_refresh_token_alone() {
    let (provider, world) = world().await;
    in_background(world, |world| {
        let report = world.run(&["dryrun", "remove", "acme"]).exits(0).document;
        assert!(report.to_string().contains("a dry run does not refresh it"), "{report:#}");
    })
    .await;
    assert_eq!(provider.refreshes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn cleanup_goes_on_with_the_token_that_is_there() {
    let (provider, world) = world().await;
    *provider.refuses.lock().unwrap() = true;
    in_background(world, |world| {
        let deleted = world.delete("acme").exits(0).document;
        assert_eq!(deleted["runs"][0]["outcome"], "succeeded", "{deleted:#}");
        assert!(world.connection("acme").is_none());
    })
    .await;
    assert_eq!(*provider.used.lock().unwrap(), ["Bearer access-token-number-1"]);
    assert_eq!(provider.refreshes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn whoever_is_killed_in_the_middle_of_a_refresh_loses_no_token_and_another_one_refreshes() {
    let (provider, world) = world().await;
    provider.unanswered.store(1, Ordering::SeqCst);
    let asked = Arc::clone(&provider.refreshes);
    let world = in_background(world, move |world| {
        let run = || world.command(&["dryrun", "remove", "acme", "--allow-writes"]);
        let mut killed = run().spawn().unwrap();
        while asked.load(Ordering::SeqCst) == 0 {
            assert!(killed.try_wait().unwrap().is_none(), "it ended without a refresh");
            std::thread::sleep(Duration::from_millis(20));
        }
        killed.kill().unwrap();
        killed.wait().unwrap();
        // It waits until the lease of the dead one has run out.
        let report: Value = serde_json::from_slice(&run().output().unwrap().stdout).unwrap();
        assert_eq!(report["outcome"], "succeeded", "{report:#}");
    });
    let world = world.await;
    assert_eq!(provider.refreshes.load(Ordering::SeqCst), 2);
    assert_eq!(*provider.used.lock().unwrap(), ["Bearer access-token-number-2"]);
    in_background(world, |world| {
        let get = ["connection", "get", "salesforce", "acme", "--show-credentials"];
        let shown = world.run(&get).exits(0).document;
        assert_eq!(shown["connection"]["credentials"]["refresh_token"], "refresh-token-number-2");
        assert!(shown["connection"]["errors"].as_array().is_none_or(Vec::is_empty), "{shown:#}");
    })
    .await;
}
