//! Metadata: read with its version, checked against the JSON Schema, written whole.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2};
use onevent_contract::{
    DroppedKeys, HostCalls, HostError, JsonObject, MAX_METADATA_BYTES, MetadataCommit, MetadataWrite,
    MetadataWriteKind, MetadataWritten, Warning, WarningCode,
};
use serde::Deserialize;
use serde_json::Value;

use crate::host::run_state;
use crate::state::RunState;
use crate::wire::{Answer, WireMetadata, WriteResult, refused};

#[op2(async(lazy), fast)]
#[serde]
pub(crate) async fn op_onevent_metadata(state: Rc<RefCell<OpState>>) -> Answer<WireMetadata> {
    let run = run_state(&state);
    let (host, call) = (run.host.clone(), run.call.clone());
    let answer = run.ask(async move { host.metadata(&call).await }).await;
    Answer::of(answer.map(|metadata| WireMetadata {
        json: metadata.value.map_or_else(|| "null".to_owned(), |value| Value::Object(value).to_string()),
        version: metadata.version,
    }))
}

/// The version that a compare-and-set names; `null` writes in any case.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct ExpectedVersion(Option<f64>);

#[op2(async(lazy))]
#[serde]
pub(crate) async fn op_onevent_write_metadata(
    state: Rc<RefCell<OpState>>,
    #[string] json: String,
    #[string] kind: String,
    #[serde] version: ExpectedVersion,
) -> Answer<WriteResult> {
    Answer::of(write(&run_state(&state), &json, &kind, version.0).await)
}

async fn write(
    run: &RunState,
    json: &str,
    kind: &str,
    version: Option<f64>,
) -> Result<WriteResult, HostError> {
    let _carried = run.budget.carry(json.len())?;
    let value = parse_object(json)?;
    let kind = match kind {
        "set" => MetadataWriteKind::Set,
        "update" => MetadataWriteKind::Update,
        other => {
            return Err(refused(
                "invalid_metadata_write",
                format!("`{other}` is not a kind of metadata write"),
            ));
        }
    };
    let commit = match version {
        None => MetadataCommit::Always,
        // Versions count writes, so they stay far below 2^53.
        Some(version) => MetadataCommit::IfVersion(version as u64),
    };
    let whole = Value::Object(value.clone());
    if let Some(schema) = &run.schema {
        let violations = schema.check.violations(&whole);
        if !violations.is_empty() {
            return Ok(WriteResult { outcome: "invalid", violations });
        }
    }
    let (host, call) = (run.host.clone(), run.call.clone());
    let written = run
        .ask(async move { host.write_metadata(&call, MetadataWrite { value, commit, kind }).await })
        .await?;
    match written {
        MetadataWritten::Conflict => Ok(WriteResult { outcome: "conflict", violations: Vec::new() }),
        MetadataWritten::Written { dropped, persisted, .. } => {
            run.call.effects.metadata_write(kind);
            run.metadata_after.replace(Some(whole));
            run.metadata_persisted.set(persisted);
            dropped.into_iter().for_each(|dropped| run.call.effects.warn(keys_dropped(dropped)));
            Ok(WriteResult { outcome: "written", violations: Vec::new() })
        }
    }
}

fn parse_object(json: &str) -> Result<JsonObject, HostError> {
    if json.len() > MAX_METADATA_BYTES {
        let message = format!("metadata of {} bytes; the limit is {MAX_METADATA_BYTES}", json.len());
        return Err(refused("metadata_too_large", message));
    }
    match serde_json::from_str(json) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(refused("invalid_metadata_write", "metadata must be an object")),
        Err(error) => Err(refused("invalid_metadata_write", format!("metadata cannot be stored: {error}"))),
    }
}

fn keys_dropped(dropped: DroppedKeys) -> Warning {
    let keys = dropped.keys.join("`, `");
    Warning {
        code: WarningCode::MetadataKeysDropped,
        message: format!(
            "setMetadata replaces the whole object: it dropped `{keys}`, written by {}. Use updateMetadata to keep other keys.",
            dropped.written_by
        ),
        keys: dropped.keys,
        written_by: Some(dropped.written_by),
    }
}
