//! Who owns an operation, told by the locks on files; and what lies in files.

use std::fs;

use onevent_contract::Operation;
use onevent_store::{
    LEASE, NewConnection, OPERATION_WAIT, Store, StoreOptions, StoredConnection, Visibility,
};
use serde_json::json;

use crate::support::{HeldClock, Scratch, credentials, establish, key, new_connection, object, reconnection};

async fn shown(store: &Store, connection_id: &str) -> Option<StoredConnection> {
    store.connection(&key(connection_id), Visibility::Established).await.unwrap()
}

#[tokio::test]
async fn an_operation_left_by_a_runtime_that_ended_is_rolled_back_by_the_next_opening() {
    let scratch = Scratch::new();
    let options = scratch.options();
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let guard = runtime.block_on(async {
            let store = Store::open(options).await.unwrap();
            store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap()
        });
        drop(runtime);
        drop(guard);
    })
    .join()
    .unwrap();
    let store = scratch.open().await;
    assert!(store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
    // Nothing is left in the folder of locks but the lock of opening itself.
    let locks = scratch.database().with_extension("sqlite3.locks");
    assert_eq!(std::fs::read_dir(locks).unwrap().count(), 1);
}

#[tokio::test]
async fn where_the_lock_file_is_gone_the_lease_decides() {
    let scratch = Scratch::new();
    let clock = HeldClock::new();
    let store = Store::open(StoreOptions { clock: clock.clone(), ..scratch.options() }).await.unwrap();
    establish(&store, new_connection("acme", "tok-old")).await.unwrap();
    let guard = store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    let locks = scratch.database().with_extension("sqlite3.locks");
    for entry in std::fs::read_dir(locks).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert_eq!(store.recover().await.unwrap(), []);
    clock.advance(LEASE);
    let recovered = store.recover().await.unwrap();
    assert_eq!(recovered[0].operation, Operation::Override);
    assert_eq!(shown(&store, "acme").await.unwrap().connection.credentials, credentials("tok-old"));
    // Whoever lost an operation cannot change anything under its name any more.
    assert_eq!(guard.begin().await.unwrap_err().code(), "operation_lost");
    let mut late = store.begin().await.unwrap();
    late.delete_connection(&key("acme")).await.unwrap();
    assert_eq!(guard.end(late).await.unwrap_err().code(), "operation_lost");
    assert!(shown(&store, "acme").await.is_some());
}

#[tokio::test]
async fn no_credential_is_ever_readable_in_the_files() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    // A marker outside of every credential shows that the search finds what is there.
    let new = NewConnection {
        metadata: Some(object(json!({"marker": "visible-marker"}))),
        ..new_connection("acme", "first-secret-token")
    };
    establish(&store, new).await.unwrap();
    let guard = store
        .begin_override(&key("acme"), reconnection("second-secret-token"), OPERATION_WAIT)
        .await
        .unwrap();
    let found = |needle: &str| {
        let folder = scratch.database().parent().unwrap().to_owned();
        let files =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        files.into_iter().any(|path| {
            let content = fs::read(path).unwrap();
            content.windows(needle.len()).any(|window| window == needle.as_bytes())
        })
    };
    let check = || {
        assert!(found("visible-marker"));
        assert!(!found("first-secret-token"));
        assert!(!found("second-secret-token"));
    };
    check();
    let transaction = guard.begin().await.unwrap();
    guard.roll_back(transaction).await.unwrap();
    check();
    store.close().await;
    check();
}
