use onevent_contract::{DroppedKeys, FunctionKey, MetadataCommit, MetadataWrite, MetadataWriteKind};
use onevent_lifecycle::{MetadataChange, change_metadata};
use onevent_store::{Visibility, Writer};
use serde_json::json;

use crate::script::{Stage, key, new_connection, object};

async fn connected() -> Stage {
    let stage = Stage::set(&[]).await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    stage
}

#[tokio::test]
async fn the_user_replaces_or_merges_and_is_told_what_was_there() {
    let stage = connected().await;
    let change = MetadataChange::Update(object(json!({"note": "x"})));
    let changed = change_metadata(&stage.store, &key("acme"), change).await.unwrap();
    assert_eq!(changed.before, Some(object(json!({"organizationId": "00D"}))));
    assert_eq!(changed.after, object(json!({"organizationId": "00D", "note": "x"})));
    assert_eq!((changed.version, changed.dropped), (2, vec![]));
    let change = MetadataChange::Set(object(json!({"only": 1})));
    let changed = change_metadata(&stage.store, &key("acme"), change).await.unwrap();
    assert_eq!(changed.after, object(json!({"only": 1})));
    assert_eq!(stage.connection("acme").await.unwrap().connection.metadata, Some(changed.after));
}

#[tokio::test]
async fn the_user_is_told_which_keys_of_a_function_were_dropped() {
    let stage = connected().await;
    let setup = FunctionKey { integration: "salesforce".parse().unwrap(), name: "setup".parse().unwrap() };
    let write = MetadataWrite {
        value: object(json!({"organizationId": "00D", "webhookId": "wh_1"})),
        commit: MetadataCommit::Always,
        kind: MetadataWriteKind::Set,
    };
    let writer = Writer::Function(setup);
    stage.store.write_metadata(&key("acme"), Visibility::Established, &write, &writer).await.unwrap();
    let change = MetadataChange::Set(object(json!({})));
    let changed = change_metadata(&stage.store, &key("acme"), change).await.unwrap();
    let dropped = DroppedKeys { keys: vec!["webhookId".into()], written_by: "salesforce/setup".into() };
    assert_eq!(changed.dropped, [dropped]);
}

#[tokio::test]
async fn there_must_be_a_connection() {
    let stage = Stage::set(&[]).await;
    let change = MetadataChange::Set(object(json!({})));
    let error = change_metadata(&stage.store, &key("acme"), change).await.unwrap_err();
    assert_eq!(error.code(), "unknown_connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_updates_never_lose_one() {
    let stage = connected().await;
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let store = stage.store.clone();
            let mut keys = onevent_contract::JsonObject::new();
            keys.insert(format!("k{number}"), json!(number));
            tokio::spawn(
                async move { change_metadata(&store, &key("acme"), MetadataChange::Update(keys)).await },
            )
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(stage.connection("acme").await.unwrap().connection.metadata.unwrap().len(), 21);
}
