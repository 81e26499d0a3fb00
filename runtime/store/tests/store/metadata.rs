use onevent_contract::{
    DroppedKeys, FunctionKey, JsonObject, MetadataCommit, MetadataWrite, MetadataWriteKind, MetadataWritten,
};
use onevent_store::{OPERATION_WAIT, Store, Visibility, Writer};
use serde_json::json;

use crate::support::{Scratch, establish, key, new_connection, object};

fn write(value: JsonObject, commit: MetadataCommit) -> MetadataWrite {
    MetadataWrite { value, commit, kind: MetadataWriteKind::Set }
}

fn function(name: &str) -> Writer {
    Writer::Function(FunctionKey { integration: "salesforce".parse().unwrap(), name: name.parse().unwrap() })
}

async fn set(store: &Store, value: JsonObject, writer: &Writer) -> MetadataWritten {
    let write = write(value, MetadataCommit::Always);
    store.write_metadata(&key("acme"), Visibility::Established, &write, writer).await.unwrap()
}

/// Adds one key by read, merge and compare-and-set, as `updateMetadata` does.
async fn add(store: &Store, name: &str) {
    loop {
        let read = store.metadata(&key("acme"), Visibility::Established).await.unwrap().unwrap();
        let mut value = read.value.unwrap_or_default();
        value.insert(name.into(), json!(true));
        let write = write(value, MetadataCommit::IfVersion(read.version));
        match store
            .write_metadata(&key("acme"), Visibility::Established, &write, &Writer::User)
            .await
            .unwrap()
        {
            MetadataWritten::Written { .. } => return,
            MetadataWritten::Conflict => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_updates_over_two_handles_never_lose_one() {
    let scratch = Scratch::new();
    let stores = [scratch.open().await, scratch.open().await];
    establish(&stores[0], new_connection("acme", "tok-1")).await.unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let store = stores[task % 2].clone();
            tokio::spawn(async move {
                for number in 0..10 {
                    add(&store, &format!("k{task}-{number}")).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let read = stores[0].metadata(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(read.version, 40);
    assert_eq!(read.value.unwrap().len(), 40);
}

#[tokio::test]
async fn metadata_is_null_until_it_is_written_and_a_stale_version_changes_nothing() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let read = store.metadata(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!((read.value, read.version), (None, 0));
    let written = set(&store, JsonObject::new(), &Writer::User).await;
    assert_eq!(written, MetadataWritten::Written { version: 1, dropped: vec![], persisted: true });
    let stale = write(object(json!({"a": 1})), MetadataCommit::IfVersion(0));
    let written =
        store.write_metadata(&key("acme"), Visibility::Established, &stale, &Writer::User).await.unwrap();
    assert_eq!(written, MetadataWritten::Conflict);
    let read = store.metadata(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!((read.value, read.version), (Some(JsonObject::new()), 1));
}

#[tokio::test]
async fn replacing_tells_whose_keys_it_dropped() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    set(&store, object(json!({"organizationId": "00D"})), &function("validate-connection")).await;
    let written = set(&store, object(json!({"webhookId": "wh_1"})), &function("post-connection-setup")).await;
    let dropped = vec![DroppedKeys {
        keys: vec!["organizationId".into()],
        written_by: "salesforce/validate-connection".into(),
    }];
    assert_eq!(written, MetadataWritten::Written { version: 2, dropped, persisted: true });
    // Its own keys it may drop without a word.
    let written = set(&store, JsonObject::new(), &function("post-connection-setup")).await;
    assert_eq!(written, MetadataWritten::Written { version: 3, dropped: vec![], persisted: true });
}

#[tokio::test]
async fn a_pending_connection_takes_writes_of_its_own_runs_only() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let guard = store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    let write = write(object(json!({"a": 1})), MetadataCommit::Always);
    let outside = store.write_metadata(&key("acme"), Visibility::Established, &write, &Writer::User).await;
    assert_eq!(outside.unwrap_err().code(), "unknown_connection");
    let own = store.write_metadata(&key("acme"), Visibility::IncludingPending, &write, &function("v")).await;
    assert!(matches!(own, Ok(MetadataWritten::Written { version: 1, .. })));
    let transaction = guard.begin().await.unwrap();
    guard.roll_back(transaction).await.unwrap();
}
