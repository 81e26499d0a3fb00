use onevent_contract::{Checkpoint, FunctionKey};
use onevent_store::{OPERATION_WAIT, Store};
use serde_json::json;

use crate::support::{Scratch, establish, key, new_connection, object};

fn function(name: &str) -> FunctionKey {
    FunctionKey { integration: "salesforce".parse().unwrap(), name: name.parse().unwrap() }
}

async fn read(store: &Store, connection: &str, name: &str) -> Checkpoint {
    store.checkpoint(&key(connection), &function(name)).await.unwrap()
}

#[tokio::test]
async fn a_checkpoint_is_written_only_over_the_version_that_was_read() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(read(&store, "acme", "sync").await, Checkpoint::default());
    let first = object(json!({"page": 1, "done": false, "at": "x"}));
    let write = async |value: Option<_>, expected| {
        store.write_checkpoint(&key("acme"), &function("sync"), value, expected).await.unwrap()
    };
    assert_eq!(write(Some(&first), 0).await, Some(1));
    assert_eq!(write(Some(&first), 0).await, None, "there is one by now");
    assert_eq!(write(Some(&first), 7).await, None);
    assert_eq!(write(Some(&first), u64::MAX).await, None);
    assert_eq!(read(&store, "acme", "sync").await, Checkpoint { value: Some(first.clone()), version: 1 });
    assert_eq!(write(None, 1).await, Some(2));
    assert_eq!(read(&store, "acme", "sync").await, Checkpoint { value: None, version: 2 });
    assert_eq!(read(&store, "acme", "other").await, Checkpoint::default());
}

#[tokio::test]
async fn a_checkpoint_belongs_to_a_connection_pending_ones_included_and_goes_with_it() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let value = object(json!({"a": 1}));
    let write = async || store.write_checkpoint(&key("acme"), &function("sync"), Some(&value), 0).await;
    assert_eq!(write().await.unwrap_err().code(), "unknown_connection");
    let guard = store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    assert_eq!(write().await.unwrap(), Some(1));
    let transaction = guard.begin().await.unwrap();
    guard.roll_back(transaction).await.unwrap();
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(read(&store, "acme", "sync").await, Checkpoint::default());
}
