//! `onevent connection metadata get`, `set` and `update`.

use onevent_contract::{
    DroppedKeys, JsonObject, MetadataCommit, MetadataWrite, MetadataWriteKind, MetadataWritten,
    VersionedMetadata,
};
use onevent_store::{ConnectionKey, Store, StoreError, Visibility, Writer};
use serde::Serialize;
use serde_json::Value;

use crate::args::{MetadataTarget, MetadataWriteArgs};
use crate::database;
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

/// How often a write that lost against another one is tried again. Each loss is another writer's success.
const MAX_CONFLICTS: usize = 100;

/// Shows the metadata.
pub(crate) async fn get(session: &Session, args: &MetadataTarget) -> Result<Reply, Failure> {
    let key = session.key(&args.target);
    let store = database::open_existing(&session.config).await?;
    let metadata = read(store.as_ref(), &key).await?;
    let value = metadata.value.clone().map_or(Value::Null, Value::Object);
    let text = serde_json::to_string_pretty(&value).map_err(|error| Failure::internal(error.to_string()))?;
    Reply::new(&document(&key, metadata.value.as_ref(), metadata.version, &[]), clean(&text))
}

/// Replaces the metadata.
pub(crate) async fn set(session: &Session, args: &MetadataWriteArgs) -> Result<Reply, Failure> {
    write(session, args, MetadataWriteKind::Set).await
}

/// Merges top-level keys into the metadata.
pub(crate) async fn update(session: &Session, args: &MetadataWriteArgs) -> Result<Reply, Failure> {
    write(session, args, MetadataWriteKind::Update).await
}

async fn write(
    session: &Session,
    args: &MetadataWriteArgs,
    kind: MetadataWriteKind,
) -> Result<Reply, Failure> {
    let given = input::object("metadata", &args.metadata, &session.directory)?;
    let key = session.key(&args.target);
    let store = database::open_existing(&session.config).await?;
    for _ in 0..MAX_CONFLICTS {
        let before = read(store.as_ref(), &key).await?;
        // Reading succeeded, so there is a store.
        let Some(store) = &store else { break };
        let after = match kind {
            MetadataWriteKind::Set => given.clone(),
            MetadataWriteKind::Update => {
                let mut merged = before.value.clone().unwrap_or_default();
                merged.extend(given.clone());
                merged
            }
        };
        let write =
            MetadataWrite { value: after.clone(), commit: MetadataCommit::IfVersion(before.version), kind };
        let written = store.write_metadata(&key, Visibility::Established, &write, &Writer::User).await;
        match written.map_err(|error| database::failure(&error))? {
            MetadataWritten::Conflict => {}
            MetadataWritten::Written { version, dropped, .. } => {
                return written_reply(&key, before.value, after, version, &dropped);
            }
        }
    }
    Err(Failure::internal("other writers kept changing the metadata; nothing was written"))
}

async fn read(store: Option<&Store>, key: &ConnectionKey) -> Result<VersionedMetadata, Failure> {
    let found = match store {
        Some(store) => store.metadata(key, Visibility::Established).await,
        None => Ok(None),
    };
    let unknown = || StoreError::UnknownConnection { key: key.clone() };
    found.and_then(|found| found.ok_or_else(unknown)).map_err(|error| database::failure(&error))
}

fn written_reply(
    key: &ConnectionKey,
    before: Option<JsonObject>,
    after: JsonObject,
    version: u64,
    dropped: &[DroppedKeys],
) -> Result<Reply, Failure> {
    let document = document(key, Some(&after), version, dropped);
    let reply = Reply::new(&document, "")?;
    let lines = diff_lines(&before.map_or(Value::Null, Value::Object), &Value::Object(after));
    let text = if lines.is_empty() { "nothing changed".to_owned() } else { lines.join("\n") };
    let mut reply = Reply { text, ..reply };
    for dropped in dropped {
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
