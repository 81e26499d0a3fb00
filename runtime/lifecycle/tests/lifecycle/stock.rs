//! In front of a Nango: what a comparison of lists finds, without a Nango.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{Clock as _, ConnectionFacts, EnvironmentName, SystemClock, Tags};
use onevent_hosts::ListedConnection;
use onevent_lifecycle::{Stock, forget_noted, note_deleted_behind, take_stock, take_stock_again};
use onevent_store::{
    ConnectionKey, DatabaseUrl, KeySource, SchemaName, Store, StoreMode, StoreOptions, UpstreamConnection,
    UpstreamState,
};
use tempfile::TempDir;

async fn store(folder: &TempDir) -> Store {
    let url = DatabaseUrl::sqlite(folder.path().join("onevent.sqlite3"));
    let clock = Arc::new(SystemClock);
    let (schema, listen_url, mode) = (SchemaName::default(), None, StoreMode::ReadWrite);
    Store::open(StoreOptions { url, schema, listen_url, key: KeySource::File, mode, clock }).await.unwrap()
}

fn dev() -> EnvironmentName {
    "dev".parse().unwrap()
}

fn key(id: &str) -> ConnectionKey {
    ConnectionKey::new(dev(), "hubspot".parse().unwrap(), id.parse().unwrap())
}

fn listed(number: i64, id: &str, age: Duration) -> ListedConnection {
    ListedConnection {
        id: number,
        facts: ConnectionFacts {
            connection_id: id.parse().unwrap(),
            integration: "hubspot".parse().unwrap(),
            provider: "hubspot".into(),
        },
        end_user: None,
        tags: Tags::new(),
        created_at: Some(now() - age),
    }
}

fn now() -> Timestamp {
    SystemClock.now()
}

fn old(number: i64, id: &str) -> ListedConnection {
    listed(number, id, Duration::from_secs(3600))
}

async fn compare(store: &Store, list: Vec<ListedConnection>) -> Stock {
    let known = store.upstream_connections(&dev()).await.unwrap();
    take_stock(store, &dev(), known, list, now()).await.unwrap()
}

async fn note(store: &Store, number: i64, id: &str, state: UpstreamState) -> UpstreamConnection {
    let mut transaction = store.begin().await.unwrap();
    transaction.note_upstream_connection(&key(id), number, &state).await.unwrap();
    transaction.commit().await.unwrap();
    store.upstream_connection(&key(id)).await.unwrap().unwrap()
}

async fn state(store: &Store, id: &str) -> Option<UpstreamState> {
    store.upstream_connection(&key(id)).await.unwrap().map(|known| known.state)
}

#[tokio::test]
async fn what_was_deleted_while_the_first_list_was_on_its_way_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let first = compare(&store, vec![old(1, "deleted"), old(2, "stays")]).await;
    assert_eq!(first, Stock { is_first: true, ..Stock::default() });
    // One is gone, and one had slipped through.
    let again = vec![old(2, "stays"), old(3, "slipped")];
    let missing = take_stock_again(&store, &dev(), again.clone()).await.unwrap();
    assert_eq!(missing.iter().map(|known| known.key.clone()).collect::<Vec<_>>(), [key("deleted")]);
    forget_noted(&store, &missing[0]).await.unwrap();
    assert_eq!(compare(&store, again).await, Stock::default());
    // What was accepted meanwhile is not forgotten.
    let noted = note(&store, 4, "made-again", UpstreamState::Known).await;
    note(&store, 4, "made-again", UpstreamState::Accepted).await;
    forget_noted(&store, &noted).await.unwrap();
    assert_eq!(state(&store, "made-again").await, Some(UpstreamState::Accepted));
}

#[tokio::test]
async fn what_is_new_has_a_minute_and_what_was_rejected_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    compare(&store, Vec::new()).await;
    let to_delete = UpstreamState::ToDelete { message: "no scope".into(), run_id: None };
    let rejected = note(&store, 1, "rejected", to_delete).await;
    let (new, missed) = (listed(2, "new", Duration::from_secs(5)), old(3, "missed"));
    let kept = old(1, "rejected");
    let found = compare(&store, vec![kept.clone(), new, missed.clone()]).await;
    assert_eq!((found.new, found.undeleted), (vec![missed], vec![kept]));
    // Once Nango has deleted it, it is gone as it should be.
    assert!(!note_deleted_behind(&store, &rejected).await.unwrap());
    assert_eq!(state(&store, "rejected").await, None);
    // The positive control.
    let accepted = note(&store, 4, "accepted", UpstreamState::Accepted).await;
    assert!(note_deleted_behind(&store, &accepted).await.unwrap());
    assert_eq!(state(&store, "accepted").await, Some(UpstreamState::DeletedBehind));
}
