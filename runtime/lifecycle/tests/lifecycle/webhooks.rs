//! What the operator's app is told.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::Event::{PostConnectionCreation, PreConnectionDeletion, ValidateConnection};
use onevent_contract::{ConnectionDetails, Event, Secret};
use onevent_lifecycle::{
    CleanupFailure, CreationWebhook, Lifecycle, Policies, SetupBy, Signatures, WebhookDestination, Webhooks,
};
use onevent_store::{EventKind, EventState, NewConnection};
use serde_json::{Value, json};

use crate::queued::{App, events, settled, start};
use crate::script::Ending::{self, Returns, ThrowsActionError};
use crate::script::{Stage, key, new_connection, reconnection};

fn telling(creation: CreationWebhook) -> Policies {
    let webhooks =
        Webhooks { has_url: true, creation, deletion: true, refresh_error: true, auth_mode: "OAUTH2".into() };
    Policies { setup_by: SetupBy::Workers, webhooks: Some(webhooks), ..Policies::default() }
}

async fn stage(functions: &[(Event, &str, Ending)], creation: CreationWebhook) -> (Stage, Lifecycle) {
    let stage = Stage::set(functions).await;
    let lifecycle = stage.under(functions, telling(creation));
    (stage, lifecycle)
}

fn bodies(app: &App) -> Vec<Value> {
    app.got.lock().unwrap().iter().map(|got| serde_json::from_str(&got.body).unwrap()).collect()
}

#[tokio::test]
async fn a_creation_is_told_when_its_setup_has_run_and_signed() {
    let functions = [(PostConnectionCreation, "setup", Returns)];
    let (stage, lifecycle) = stage(&functions, CreationWebhook::AfterSetup).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let kinds = async || events(&stage.store).await.iter().map(|event| event.kind).collect::<Vec<_>>();
    assert_eq!(kinds().await, [EventKind::Setup]);
    let app = Arc::new(App::default());
    let workers = start(&stage.store, lifecycle, &app);
    tokio::time::timeout(Duration::from_secs(30), async {
        while app.got.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    settled(&stage.store).await;
    assert_eq!(kinds().await, [EventKind::Setup, EventKind::Webhook]);
    let told = bodies(&app);
    assert_eq!(told[0]["operation"], "creation");
    assert_eq!((&told[0]["success"], &told[0]["connectionId"]), (&json!(true), &json!("acme")));
    let key: Secret = stage.store.webhook_signing_key(&"dev".parse().unwrap()).await.unwrap();
    let got = app.got.lock().unwrap()[0].clone();
    assert_eq!(got.signatures, Signatures::of(got.body.as_bytes(), &key).unwrap());
    assert_eq!(got.destination, WebhookDestination::Operators);
    drop(workers);
}

#[tokio::test]
async fn it_can_be_told_at_once_or_never() {
    let functions = [(PostConnectionCreation, "setup", Returns)];
    let (stage_at_once, lifecycle) = stage(&functions, CreationWebhook::AtOnce).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let kinds: Vec<_> = events(&stage_at_once.store).await.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Setup, EventKind::Webhook]);
    let (stage_off, lifecycle) = stage(&[], CreationWebhook::Off).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert!(events(&stage_off.store).await.is_empty());
    // A connection without setup functions is told of with its acceptance.
    let (stage_none, lifecycle) = stage(&[], CreationWebhook::AfterSetup).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(events(&stage_none.store).await.len(), 1);
}

#[tokio::test]
async fn reconnects_and_deletions_are_told_and_a_rejected_creation_is_not() {
    let functions = [(ValidateConnection, "check", ThrowsActionError("no scope"))];
    let (stage, rejecting) = stage(&functions, CreationWebhook::AfterSetup).await;
    rejecting.create(new_connection("refused", "tok-0")).await.unwrap();
    let accepting = stage.under(&[], telling(CreationWebhook::Off));
    let new = NewConnection {
        details: ConnectionDetails {
            webhook_url_override: Some("https://own.test/hook".into()),
            ..ConnectionDetails::default()
        },
        ..new_connection("acme", "tok-1")
    };
    accepting.create(new).await.unwrap();
    assert!(events(&stage.store).await.is_empty());
    rejecting.reconnect(&key("acme"), reconnection("tok-2")).await.unwrap();
    accepting.reconnect(&key("acme"), reconnection("tok-3")).await.unwrap();
    accepting.delete(&key("acme")).await.unwrap();
    let app = Arc::new(App::default());
    let workers = start(&stage.store, accepting, &app);
    settled(&stage.store).await;
    let told = bodies(&app);
    let shown: Vec<_> =
        told.iter().map(|body| (body["operation"].clone(), body["success"].clone())).collect();
    assert_eq!(
        shown,
        [
            (json!("override"), json!(false)),
            (json!("override"), json!(true)),
            (json!("deletion"), json!(true))
        ]
    );
    assert_eq!(told[0]["error"], json!({"type": "connection_validation_failed", "description": "no scope"}));
    let to = app.got.lock().unwrap()[0].destination.clone();
    assert_eq!(to, WebhookDestination::Connections("https://own.test/hook".into()));
    drop(workers);
}

#[tokio::test]
async fn an_app_that_does_not_take_it_gets_it_three_times() {
    let (stage, lifecycle) = stage(&[], CreationWebhook::AtOnce).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let app = Arc::new(App::default());
    app.statuses.lock().unwrap().extend([Some(500), None, Some(302)]);
    let workers = start(&stage.store, lifecycle, &app);
    let ended = settled(&stage.store).await;
    assert_eq!(ended[0].state, EventState::Failed);
    let attempts = stage.store.webhook_attempts(&"dev".parse().unwrap(), ended[0].id).await.unwrap();
    let shown: Vec<_> = attempts.iter().map(|attempt| (attempt.status, attempt.error.is_some())).collect();
    assert_eq!(shown, [(Some(302), true), (None, true), (Some(500), true)]);
    drop(workers);
}

#[tokio::test]
async fn a_connection_whose_cleanup_failed_can_be_kept() {
    let functions = [(PreConnectionDeletion, "cleanup", ThrowsActionError("provider is down"))];
    let (stage, lifecycle) = stage(&functions, CreationWebhook::Off).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let blocking = Policies { cleanup_failure: CleanupFailure::Block, ..telling(CreationWebhook::Off) };
    let error = stage.under(&functions, blocking).delete(&key("acme")).await.unwrap_err();
    assert_eq!(error.code(), "cleanup_failed");
    assert!(error.to_string().contains("provider is down"), "{error}");
    assert!(stage.connection("acme").await.is_some());
    assert!(events(&stage.store).await.is_empty(), "nobody is told of what did not happen");
    assert_eq!(stage.stored_runs().await.len(), 1);
    // And deleted all the same.
    lifecycle.delete(&key("acme")).await.unwrap();
    assert!(stage.connection("acme").await.is_none());
}
