//! Refreshes of access tokens: one at a time, and what follows from them.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Credentials, RunId};
use onevent_store::{
    ConnectionState, LastAccepted, OPERATION_WAIT, REFRESH_LEASE, RefreshConsequence, RefreshEnd,
    RefreshFailureKind, RefreshLease, Store, StoreError, StoreOptions, StoredConnection, Visibility,
};

use crate::support::{HeldClock, Scratch, credentials, key, new_connection, reconnection};

/// More than passes by itself: not every database has a clock that stands still.
const A_LITTLE: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn with_acme(options: StoreOptions) -> Store {
    let store = Store::open(options).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction
        .insert_connection(&new_connection("acme", "one"), ConnectionState::Established)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    store
}

async fn lease(store: &Store) -> Option<RefreshLease> {
    let turn = store.refresh_turn(&key("acme"), Duration::from_secs(60)).await.unwrap();
    turn.lease().await.unwrap()
}

async fn end(store: &Store, lease: &RefreshLease, end: RefreshEnd) -> RefreshConsequence {
    let mut transaction = store.begin().await.unwrap();
    let consequence = transaction.end_refresh(lease, end).await.unwrap();
    transaction.commit().await.unwrap();
    consequence
}

fn renewed(old: &str, new: &str) -> RefreshEnd {
    RefreshEnd::Renewed { old: Box::new(credentials(old)), new: Box::new(credentials(new)) }
}

fn failed(old: &str, kind: RefreshFailureKind) -> RefreshEnd {
    let (old, message) = (Box::new(credentials(old)), "invalid_grant".to_owned());
    RefreshEnd::Failed { old, kind, message, run_id: Some(RunId::generate()) }
}

async fn stored(store: &Store, visibility: Visibility) -> StoredConnection {
    store.connection(&key("acme"), visibility).await.unwrap().unwrap()
}

fn token(credentials: &Credentials) -> String {
    credentials.bearer_token().unwrap().reveal().to_owned()
}

#[tokio::test]
async fn one_has_the_lease_and_the_next_one_gets_it_when_it_is_given_back_or_over() {
    let (scratch, clock) = (Scratch::new(), HeldClock::new());
    let options = StoreOptions { clock: clock.clone(), ..scratch.options() };
    let here = with_acme(options.clone()).await;
    let there = Store::open(options).await.unwrap();
    let first = lease(&here).await.unwrap();
    assert!(lease(&there).await.is_none() && lease(&here).await.is_none());
    assert_eq!(end(&here, &first, RefreshEnd::Unnecessary).await, RefreshConsequence::Noted);
    let second = lease(&there).await.unwrap();
    clock.advance(REFRESH_LEASE - A_LITTLE);
    assert!(lease(&here).await.is_none());
    clock.advance(A_LITTLE);
    let third = lease(&here).await.unwrap();
    // Whoever has lost it does not give it back for the other, and its failure says nothing.
    let end_of_second = end(&there, &second, failed("one", RefreshFailureKind::Refused)).await;
    assert_eq!(end_of_second, RefreshConsequence::Overtaken);
    assert!(lease(&there).await.is_none());
    assert_eq!(stored(&here, Visibility::Established).await.refresh.failure, None);
    // What it was answered is not lost: the old token is still there.
    assert_eq!(end(&there, &second, renewed("one", "two")).await, RefreshConsequence::Noted);
    // By then there is nothing left for the other: a token that is gone is not put back.
    assert_eq!(end(&here, &third, renewed("one", "three")).await, RefreshConsequence::Overtaken);
    assert_eq!(token(&stored(&here, Visibility::Established).await.connection.credentials), "two");
}

#[tokio::test]
async fn turns_of_one_process_are_taken_one_after_the_other() {
    let scratch = Scratch::new();
    let store = with_acme(scratch.options()).await;
    let turn = store.refresh_turn(&key("acme"), Duration::ZERO).await.unwrap();
    assert!(store.refresh_turn(&key("acme"), Duration::ZERO).await.is_none());
    assert!(store.refresh_turn(&key("globex"), Duration::ZERO).await.is_some(), "another connection is free");
    drop(turn);
    assert!(store.refresh_turn(&key("acme"), Duration::ZERO).await.is_some());
}

#[tokio::test]
async fn what_is_not_there_is_not_refreshed_and_what_goes_takes_its_refreshes_along() {
    let scratch = Scratch::new();
    let store = with_acme(scratch.options()).await;
    let turn = store.refresh_turn(&key("globex"), Duration::ZERO).await.unwrap();
    assert!(matches!(turn.lease().await, Err(StoreError::UnknownConnection { .. })));
    let held = lease(&store).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction.delete_connection(&key("acme")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(end(&store, &held, renewed("one", "two")).await, RefreshConsequence::Overtaken);
    let raw = scratch.raw().await;
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM refreshes").fetch_one(&raw).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_provider_that_refuses_on_four_days_exhausts_the_connection_and_a_new_token_mends_it() {
    let (scratch, clock) = (Scratch::new(), HeldClock::new());
    let store = with_acme(StoreOptions { clock: clock.clone(), ..scratch.options() }).await;
    let refused = async || {
        let held = lease(&store).await.unwrap();
        end(&store, &held, failed("one", RefreshFailureKind::Refused)).await
    };
    assert_eq!(refused().await, RefreshConsequence::RefusedOnAnotherDay);
    assert_eq!(refused().await, RefreshConsequence::Noted, "once a day counts");
    let held = lease(&store).await.unwrap();
    clock.advance(DAY);
    let nothing = end(&store, &held, failed("one", RefreshFailureKind::Unavailable)).await;
    assert_eq!(nothing, RefreshConsequence::Noted, "who says nothing does not refuse");
    assert_eq!(refused().await, RefreshConsequence::RefusedOnAnotherDay);
    clock.advance(DAY);
    assert_eq!(refused().await, RefreshConsequence::RefusedOnAnotherDay);
    let before = stored(&store, Visibility::Established).await;
    assert_eq!((before.refresh.refused_days, before.auth_error), (3, None));
    clock.advance(DAY);
    assert_eq!(refused().await, RefreshConsequence::Exhausted);
    let exhausted = stored(&store, Visibility::Established).await;
    assert!(exhausted.refresh.is_exhausted());
    assert!(exhausted.auth_error.unwrap().message.ends_with("on 4 days: invalid_grant"));
    // Cleanup has what was accepted.
    assert!(matches!(exhausted.last_accepted, LastAccepted::Current));
    let held = lease(&store).await.unwrap();
    assert_eq!(end(&store, &held, renewed("one", "two")).await, RefreshConsequence::Noted);
    let mended = stored(&store, Visibility::Established).await;
    assert_eq!((mended.auth_error, mended.refresh.failure, mended.refresh.refused_days), (None, None, 0));
    assert!(mended.refresh.refreshed_at.is_some());
}

#[tokio::test]
async fn a_new_token_takes_the_place_of_the_old_one_wherever_that_stands() {
    let scratch = Scratch::new();
    let store = with_acme(scratch.options()).await;
    let held = lease(&store).await.unwrap();
    let guard = store.begin_override(&key("acme"), reconnection("other"), OPERATION_WAIT).await.unwrap();
    // Everybody else still uses what was there, and its refresh has begun before.
    assert_eq!(end(&store, &held, renewed("one", "two")).await, RefreshConsequence::Noted);
    assert_eq!(token(&stored(&store, Visibility::Established).await.connection.credentials), "two");
    assert_eq!(token(&stored(&store, Visibility::IncludingPending).await.connection.credentials), "other");
    let mut last = guard.begin().await.unwrap();
    last.refuse_credentials(&key("acme"), RunId::generate(), "wrong account").await.unwrap();
    guard.end(last).await.unwrap();
    // What was accepted last is what cleanup uses, and refreshes.
    let held = lease(&store).await.unwrap();
    assert_eq!(end(&store, &held, renewed("two", "three")).await, RefreshConsequence::Noted);
    let refused = stored(&store, Visibility::Established).await;
    assert_eq!(token(&refused.connection.credentials), "other");
    assert!(refused.auth_error.is_some(), "the mark came of a validation");
    assert_eq!(token(&refused.as_last_accepted().unwrap().connection.credentials), "three");
}

#[tokio::test]
async fn a_reconnect_that_is_rolled_back_gives_back_what_was_refreshed_meanwhile() {
    let scratch = Scratch::new();
    let store = with_acme(scratch.options()).await;
    let guard = store.begin_override(&key("acme"), reconnection("other"), OPERATION_WAIT).await.unwrap();
    let held = lease(&store).await.unwrap();
    end(&store, &held, renewed("one", "two")).await;
    let last = guard.begin().await.unwrap();
    guard.roll_back(last).await.unwrap();
    assert_eq!(token(&stored(&store, Visibility::Established).await.connection.credentials), "two");
}

#[tokio::test]
async fn no_token_is_stored_in_clear() {
    let scratch = Scratch::new();
    let store = with_acme(scratch.options()).await;
    let held = lease(&store).await.unwrap();
    end(&store, &held, renewed("one", "a-token-that-nobody-reads")).await;
    store.close().await;
    let bytes = scratch.content();
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    assert!(!holds(b"a-token-that-nobody-reads"));
    assert!(holds(b"one.my.salesforce.com"), "what is in clear is found");
}

#[tokio::test]
async fn a_store_for_reading_takes_no_lease() {
    let scratch = Scratch::new();
    with_acme(scratch.options()).await.close().await;
    let options = StoreOptions { mode: onevent_store::StoreMode::ReadOnly, ..scratch.options() };
    let store = Store::open(options).await.unwrap();
    let turn = store.refresh_turn(&key("acme"), Duration::ZERO).await.unwrap();
    assert!(matches!(turn.lease().await, Err(StoreError::ReadOnly)));
    drop(Arc::new(store));
}
