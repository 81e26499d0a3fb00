//! Another encryption key, while others work on the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use onevent_contract::{EnvironmentName, RunId};
use onevent_store::{
    Claim, EncryptionKey, EventEnd, EventId, EventKind, ForwardWebhooks, IntegrationCredentials, KeyId,
    KeySource, NewEvent, NewIntegration, OPERATION_WAIT, OldKey, OperationGuard, Shares, Store, StoreError,
    StoreMode, StoreOptions, Visibility,
};
use serde_json::json;

use crate::support::{Scratch, credentials, establish, key, new_connection, object, reconnection};

fn dev() -> EnvironmentName {
    "dev".parse().unwrap()
}

fn generated() -> EncryptionKey {
    EncryptionKey::generate().unwrap()
}

fn with_key(scratch: &Scratch, key: &EncryptionKey) -> StoreOptions {
    StoreOptions { key: KeySource::Given(key.clone()), ..scratch.options() }
}

async fn open(scratch: &Scratch, key: &EncryptionKey) -> Store {
    Store::open(with_key(scratch, key)).await.unwrap()
}

async fn token(store: &Store, id: &str) -> Result<String, StoreError> {
    let stored = store.connection(&key(id), Visibility::Established).await?.unwrap();
    Ok(stored.connection.credentials.text("access_token").unwrap().reveal().to_owned())
}

/// Something in every column that is sealed.
struct Filled {
    action: EventId,
    setup: EventId,
    running: OperationGuard,
}

async fn claim(store: &Store, kind: EventKind) -> Claim {
    let shares = Shares { integration: 8, environment: 8 };
    let claims = store.queue().claim(&[kind], 1, Duration::from_secs(30), shares).await.unwrap();
    claims.into_iter().next().unwrap()
}

async fn fill(store: &Store) -> Filled {
    for id in ["plain", "refused", "overridden"] {
        establish(store, new_connection(id, &format!("tok-{id}"))).await.unwrap();
    }
    let guard = store.begin_override(&key("refused"), reconnection("tok-bad"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.refuse_credentials(&key("refused"), RunId::generate(), "other org").await.unwrap();
    guard.end(last).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    let integration = NewIntegration {
        environment: dev(),
        unique_key: "hubspot".parse().unwrap(),
        provider: "hubspot".into(),
        display_name: None,
        credentials: Some(IntegrationCredentials::new(object(json!({"client_secret": "app-secret"})))),
        integration_config: object(json!({})),
        custom: object(json!({})),
        forward_webhooks: ForwardWebhooks::No,
    };
    transaction.create_integration(&integration).await.unwrap();
    for (kind, payload) in [(EventKind::Action, "input"), (EventKind::Setup, "payload")] {
        let mut event = NewEvent::new(kind, key("plain"));
        event.payload = json!({ "said": payload });
        store.queue().enqueue(&mut transaction, event).await.unwrap();
    }
    transaction.commit().await.unwrap();
    store.webhook_signing_key(&dev()).await.unwrap();
    let (action, setup) = (claim(store, EventKind::Action).await, claim(store, EventKind::Setup).await);
    let mut transaction = store.begin().await.unwrap();
    let end = EventEnd::Done { run: None, result: Some(json!({ "gave": "output" })) };
    store.queue().finish(&mut transaction, &action, end).await.unwrap();
    transaction.commit().await.unwrap();
    let running =
        store.begin_override(&key("overridden"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    Filled { action: action.id(), setup: setup.id(), running }
}

/// All that was put in comes out.
async fn check(store: &Store, filled: &Filled, signing: &str) {
    assert_eq!(token(store, "plain").await.unwrap(), "tok-plain");
    assert_eq!(
        token(store, "overridden").await.unwrap(),
        "tok-overridden",
        "what a running override replaced"
    );
    let refused = store.connection(&key("refused"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(refused.connection.credentials, credentials("tok-bad"));
    let accepted = refused.as_last_accepted().unwrap();
    assert_eq!(accepted.connection.credentials, credentials("tok-refused"));
    let integration = store.integration(&dev(), &"hubspot".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(integration.integration.credentials.unwrap().reveal()["client_secret"], "app-secret");
    assert_eq!(store.webhook_signing_key(&dev()).await.unwrap().reveal(), signing);
    let action = store.event(&dev(), filled.action).await.unwrap().unwrap();
    assert_eq!(
        (action.payload["said"].as_str(), action.result),
        (Some("input"), Some(json!({ "gave": "output" })))
    );
    let setup = store.event(&dev(), filled.setup).await.unwrap().unwrap();
    assert_eq!(setup.payload["said"], "payload");
}

/// How many values in the database name this key.
async fn named(scratch: &Scratch, id: KeyId) -> usize {
    let raw = scratch.raw().await;
    let columns = [
        ("connections", "credentials"),
        ("connections", "accepted"),
        ("operations", "previous"),
        ("webhook_signing_keys", "sealed"),
        ("integrations", "credentials"),
        ("events", "payload"),
        ("events", "result"),
    ];
    let mut found = 0;
    for (table, column) in columns {
        let select = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
        let sealed: Vec<Vec<u8>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(select)).fetch_all(&raw).await.unwrap();
        found += sealed.iter().filter(|sealed| hex(&sealed[1..9]) == id.to_string()).count();
    }
    raw.close().await;
    found
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_secret_is_sealed_anew_and_others_go_on_until_the_old_key_is_gone() {
    let scratch = Scratch::new();
    let (old, new) = (generated(), generated());
    let serving = open(&scratch, &old).await;
    let filled = fill(&serving).await;
    let signing = serving.webhook_signing_key(&dev()).await.unwrap().reveal().to_owned();
    let reading =
        Store::open(StoreOptions { mode: StoreMode::ReadOnly, ..with_key(&scratch, &old) }).await.unwrap();

    let rotating = open(&scratch, &old).await;
    let rotation = rotating.rotate_encryption(Some(&new)).await.unwrap();
    assert_eq!((rotation.sealed_anew, rotation.old_key), (10, OldKey::StillOpens), "{rotation:?}");
    assert_eq!((named(&scratch, rotation.from).await, named(&scratch, rotation.to).await), (0, 10));
    // Those who have the old key alone, from before, and from now.
    check(&serving, &filled, &signing).await;
    check(&reading, &filled, &signing).await;
    check(&open(&scratch, &old).await, &filled, &signing).await;
    establish(&serving, new_connection("later", "tok-later")).await.unwrap();
    assert_eq!(named(&scratch, rotation.from).await, 0, "nothing is sealed with it any more");

    // Once more, by somebody with the new key, who may say so twice.
    let with_new = open(&scratch, &new).await;
    check(&with_new, &filled, &signing).await;
    let finished = with_new.rotate_encryption(None).await.unwrap();
    assert_eq!((finished.from, finished.to, finished.sealed_anew), (rotation.from, rotation.to, 0));
    assert_eq!(finished.old_key, OldKey::Gone);
    check(&serving, &filled, &signing).await;
    establish(&serving, new_connection("last", "tok-last")).await.unwrap();
    assert_eq!(token(&with_new, "last").await.unwrap(), "tok-last");
    let refused = Store::open(with_key(&scratch, &old)).await.unwrap_err();
    assert_eq!(refused.code(), "wrong_encryption_key");
    let nothing_to_do = with_new.rotate_encryption(None).await.unwrap_err();
    assert_eq!(nothing_to_do.code(), "invalid_next_encryption_key");
    assert!(nothing_to_do.hint().unwrap().contains("ONEVENT_NEXT_ENCRYPTION_KEY"));
    drop(filled.running);
}

#[tokio::test]
async fn who_slept_through_it_is_told_that_the_key_was_replaced() {
    let scratch = Scratch::new();
    let (old, new) = (generated(), generated());
    let sleeping = open(&scratch, &old).await;
    establish(&sleeping, new_connection("acme", "tok-1")).await.unwrap();
    open(&scratch, &old).await.rotate_encryption(Some(&new)).await.unwrap();
    open(&scratch, &new).await.rotate_encryption(None).await.unwrap();
    let error = token(&sleeping, "acme").await.unwrap_err();
    assert_eq!(error.code(), "encryption_key_replaced");
    let error = establish(&sleeping, new_connection("globex", "tok-2")).await.unwrap_err();
    assert_eq!(error.code(), "encryption_key_replaced");
    assert_eq!(token(&open(&scratch, &new).await, "acme").await.unwrap(), "tok-1");
}

#[tokio::test]
async fn a_key_that_cannot_replace_another_is_refused_and_nothing_changes() {
    let scratch = Scratch::new();
    let (old, new) = (generated(), generated());
    let store = open(&scratch, &old).await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    for (next, said) in [(None, "there is no new"), (Some(&old), "is the one that is in use")] {
        let error = store.rotate_encryption(next).await.unwrap_err();
        assert_eq!(error.code(), "invalid_next_encryption_key");
        assert!(error.to_string().contains(said), "{error}");
    }
    store.rotate_encryption(Some(&new)).await.unwrap();
    let another = store.rotate_encryption(Some(&generated())).await.unwrap_err();
    assert!(another.to_string().contains("by another one"), "{another}");
    let again = store.rotate_encryption(Some(&new)).await.unwrap();
    assert_eq!((again.sealed_anew, again.old_key), (0, OldKey::StillOpens));
    let reading =
        Store::open(StoreOptions { mode: StoreMode::ReadOnly, ..with_key(&scratch, &old) }).await.unwrap();
    assert_eq!(reading.rotate_encryption(Some(&new)).await.unwrap_err().code(), "database_read_only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_interrupted_is_finished_and_nothing_is_lost_meanwhile() {
    let scratch = Scratch::new();
    let (old, new) = (generated(), generated());
    let store = open(&scratch, &old).await;
    for number in 0..150 {
        establish(&store, new_connection(&format!("c{number}"), &format!("tok-{number}"))).await.unwrap();
    }
    // Somebody who serves meanwhile, and has the old key alone.
    let serving = open(&scratch, &old).await;
    let (stop, stopped) = (Arc::new(AtomicBool::new(false)), serving.clone());
    let told = Arc::clone(&stop);
    let writing = tokio::spawn(async move {
        let mut written = 0;
        while !told.load(Ordering::SeqCst) {
            let new = new_connection(&format!("w{written}"), &format!("tok-w{written}"));
            establish(&stopped, new).await.unwrap();
            assert_eq!(token(&stopped, &format!("w{written}")).await.unwrap(), format!("tok-w{written}"));
            written += 1;
        }
        written
    });
    // Each is given up a little later than the one before it, at whatever it was doing.
    let mut interrupted = 0;
    let rotation = loop {
        let rotating = open(&scratch, &old).await;
        let patience = Duration::from_micros(500 * 2_u64.pow(interrupted));
        match tokio::time::timeout(patience, rotating.rotate_encryption(Some(&new))).await {
            Ok(done) => break done.unwrap(),
            Err(_) => interrupted += 1,
        }
    };
    assert!(interrupted > 1, "it was interrupted");
    stop.store(true, Ordering::SeqCst);
    let written = writing.await.unwrap();
    assert_eq!(named(&scratch, rotation.from).await, 0);
    let with_new = open(&scratch, &new).await;
    assert_eq!(with_new.rotate_encryption(None).await.unwrap().old_key, OldKey::Gone);
    for store in [&serving, &with_new] {
        for number in 0..150 {
            assert_eq!(token(store, &format!("c{number}")).await.unwrap(), format!("tok-{number}"));
        }
        for number in 0..written {
            assert_eq!(token(store, &format!("w{number}")).await.unwrap(), format!("tok-w{number}"));
        }
    }
}

#[tokio::test]
async fn what_an_event_carries_does_not_open_for_another_connection() {
    let scratch = Scratch::new();
    let store = open(&scratch, &generated()).await;
    let filled = fill(&store).await;
    assert!(store.event(&dev(), filled.setup).await.is_ok());
    let raw = scratch.raw().await;
    for moved in [
        "UPDATE events SET connection_id = 'refused' WHERE kind = 'setup'",
        "UPDATE connections SET accepted = credentials WHERE connection_id = 'refused'",
    ] {
        sqlx::query(moved).execute(&raw).await.unwrap();
    }
    raw.close().await;
    assert_eq!(store.event(&dev(), filled.setup).await.unwrap_err().code(), "database_corrupt");
    let column = store.connection(&key("refused"), Visibility::Established).await.unwrap_err();
    assert_eq!(column.code(), "database_corrupt", "from one column to another");
    // And whoever seals everything anew says so, too, and loses nothing.
    let error = store.rotate_encryption(Some(&generated())).await.unwrap_err();
    assert_eq!(error.code(), "database_corrupt");
    assert_eq!(token(&store, "plain").await.unwrap(), "tok-plain");
}
