//! Operations whose caller goes away.

use onevent_contract::Event::{PostConnectionCreation, PreConnectionDeletion, ValidateConnection};
use onevent_store::Visibility;

use crate::script::Ending::{Hangs, Returns};
use crate::script::{Stage, key, new_connection, reconnection, token_of};

#[tokio::test]
async fn a_creation_that_is_dropped_while_it_validates_never_happened() {
    let stage = Stage::set(&[(ValidateConnection, "check", Hangs)]).await;
    let lifecycle = stage.lifecycle.clone();
    let task = tokio::spawn(async move { lifecycle.create(new_connection("acme", "tok-1")).await });
    stage.runner.entered.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(stage.connection("acme").await.is_none());
    assert!(stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
}

#[tokio::test]
async fn a_creation_that_is_dropped_in_its_setup_stays_accepted_and_is_free_for_the_next_operation() {
    let stage =
        Stage::set(&[(ValidateConnection, "check", Returns), (PostConnectionCreation, "setup", Hangs)]).await;
    let lifecycle = stage.lifecycle.clone();
    let task = tokio::spawn(async move { lifecycle.create(new_connection("acme", "tok-1")).await });
    while stage.ran().len() < 2 {
        stage.runner.entered.notified().await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(stage.connection("acme").await.is_some());
    let (lifecycle, _) = stage.replay(&[]);
    lifecycle.delete(&key("acme")).await.unwrap();
}

#[tokio::test]
async fn a_reconnect_that_is_dropped_leaves_the_old_credentials() {
    let stage = Stage::set(&[]).await;
    stage.lifecycle.create(new_connection("acme", "tok-old")).await.unwrap();
    let (lifecycle, runner) = stage.replay(&[(ValidateConnection, "check", Hangs)]);
    let task = tokio::spawn(async move { lifecycle.reconnect(&key("acme"), reconnection("tok-new")).await });
    runner.entered.notified().await;
    let own = stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap();
    assert_eq!(token_of(&own.unwrap()), "tok-new");
    assert_eq!(token_of(&stage.connection("acme").await.unwrap()), "tok-old");
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(token_of(&stage.connection("acme").await.unwrap()), "tok-old");
}

#[tokio::test]
async fn a_deletion_that_is_dropped_in_its_cleanup_leaves_the_connection() {
    let stage = Stage::set(&[]).await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let (lifecycle, runner) = stage.replay(&[(PreConnectionDeletion, "cleanup", Hangs)]);
    let task = tokio::spawn(async move { lifecycle.delete(&key("acme")).await });
    runner.entered.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(stage.connection("acme").await.is_some());
    stage.lifecycle.delete(&key("acme")).await.unwrap();
}
