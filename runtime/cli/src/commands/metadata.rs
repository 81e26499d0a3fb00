//! `onevent connection metadata get`, `set` and `update`.

use onevent_contract::{DroppedKeys, JsonObject};
use onevent_lifecycle::{MetadataChange, MetadataChanged, change_metadata};
use onevent_store::{ConnectionKey, StoreError, Visibility};
use serde::Serialize;
use serde_json::Value;

use crate::args::{MetadataTarget, MetadataWriteArgs};
use crate::failure::Failure;
use crate::input;
use crate::output::{Reply, WARN, clean, diff_lines, paint};
use crate::session::Session;

/// `docs/schemas/metadata.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    environment: &'a str,
    integration: &'a str,
    connection_id: &'a str,
    metadata: Option<&'a JsonObject>,
    version: u64,
    dropped: Vec<DroppedDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct DroppedDocument<'a> {
    keys: &'a [String],
    written_by: &'a str,
}

/// Shows the metadata.
pub(crate) async fn get(session: &Session, args: &MetadataTarget) -> Result<Reply, Failure> {
    let key = session.key(&args.target);
    let found = match session.existing_store().await? {
        Some(store) => store.metadata(&key, Visibility::Established).await,
        None => Ok(None),
    };
    let metadata = found?.ok_or_else(|| StoreError::UnknownConnection { key: key.clone() })?;
    let value = metadata.value.as_ref().map_or(Value::Null, |object| Value::Object(object.clone()));
    let text = serde_json::to_string_pretty(&value).map_err(|error| Failure::internal(error.to_string()))?;
    let document = document(&key, metadata.value.as_ref(), metadata.version, &[]);
    Ok(Reply::new(&document, clean(&text))?.data())
}

/// Replaces the metadata.
pub(crate) async fn set(session: &Session, args: &MetadataWriteArgs) -> Result<Reply, Failure> {
    change(session, args, MetadataChange::Set).await
}

/// Merges top-level keys into the metadata.
pub(crate) async fn update(session: &Session, args: &MetadataWriteArgs) -> Result<Reply, Failure> {
    change(session, args, MetadataChange::Update).await
}

async fn change(
    session: &Session,
    args: &MetadataWriteArgs,
    kind: fn(JsonObject) -> MetadataChange,
) -> Result<Reply, Failure> {
    let given = input::object("metadata", &args.metadata, &session.directory).await?;
    let key = session.key(&args.target);
    let store = session.existing_store().await?;
    let store = store.ok_or_else(|| StoreError::UnknownConnection { key: key.clone() })?;
    let changed = change_metadata(store, &key, kind(given)).await;
    changed_reply(&key, changed?)
}

fn changed_reply(key: &ConnectionKey, changed: MetadataChanged) -> Result<Reply, Failure> {
    let MetadataChanged { before, after, version, dropped } = changed;
    let reply = Reply::new(&document(key, Some(&after), version, &dropped), "")?;
    let lines = diff_lines(&before.map_or(Value::Null, Value::Object), &Value::Object(after));
    let text = if lines.is_empty() { "nothing changed".to_owned() } else { lines.join("\n") };
    let mut reply = Reply { text, ..reply };
    for dropped in &dropped {
        let label = paint(WARN, "warning[metadata_keys_dropped]");
        let (keys, by) = (clean(&dropped.keys.join(", ")), clean(&dropped.written_by));
        reply = reply
            .note(&format!("{label}: dropped {keys}, written by {by}; `metadata update` keeps other keys\n"));
    }
    Ok(reply)
}

fn document<'a>(
    key: &'a ConnectionKey,
    metadata: Option<&'a JsonObject>,
    version: u64,
    dropped: &'a [DroppedKeys],
) -> Document<'a> {
    Document {
        environment: key.environment.as_str(),
        integration: key.integration.as_str(),
        connection_id: key.connection_id.as_str(),
        metadata,
        version,
        dropped: dropped
            .iter()
            .map(|d| DroppedDocument { keys: &d.keys, written_by: &d.written_by })
            .collect(),
    }
}
