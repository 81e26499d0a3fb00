//! Metadata: read with its version, checked against the JSON Schema, written whole.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::{OpState, op2, v8};
use onevent_contract::{
    CallContext, DroppedKeys, Host, HostCalls, HostError, JsonObject, MAX_METADATA_BYTES, MetadataCommit,
    MetadataWrite, MetadataWriteKind, MetadataWritten, Warning, WarningCode, limit_met, tree_bytes,
};
use serde::Deserialize;
use serde_json::Value;

use crate::call::call;
use crate::carried::{Carried, carried};
use crate::state::RunState;
use crate::wire::{OpResult, WireMetadata, WriteResult, refused};

#[op2]
pub(crate) fn op_onevent_metadata<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
) -> v8::Local<'s, v8::Value> {
    call(scope, &state, async move |run| {
        let (host, call) = (run.host.clone(), run.call());
        let answer = run.ask(async move { host.metadata(&call).await }).await;
        OpResult::of(answer.map(|metadata| WireMetadata {
            json: metadata.value.map_or_else(|| "null".to_owned(), |value| Value::Object(value).to_string()),
            version: metadata.version,
        }))
    })
}

/// The version that a compare-and-set names; `null` writes in any case.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct ExpectedVersion(Option<f64>);

#[op2]
pub(crate) fn op_onevent_write_metadata<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    json: v8::Local<'s, v8::Value>,
    #[string] kind: String,
    #[serde] version: ExpectedVersion,
) -> v8::Local<'s, v8::Value> {
    let json = carried(scope, &state, json, 0);
    call(scope, &state, async move |run| OpResult::of(write(&run, json, &kind, version.0).await))
}

async fn write(
    run: &RunState,
    json: Carried<String>,
    kind: &str,
    version: Option<f64>,
) -> Result<WriteResult, HostError> {
    let (mut carried, json) = json?;
    check_size(&json)?;
    // The object, and the copy that the report keeps of it.
    carried.grow(2 * tree_bytes(&json))?;
    let mut value = parse_object(&json)?;
    drop(json);
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
    if let Some(schema) = &run.schema {
        let checked = Value::Object(value);
        let violations = schema.violations(&checked);
        if !violations.is_empty() {
            return Ok(WriteResult { outcome: "invalid", violations });
        }
        value = match checked {
            Value::Object(value) => value,
            _ => JsonObject::new(),
        };
    }
    let (host, call) = (run.host.clone(), run.call());
    let written = run.ask(write_to_its_end(host, call, MetadataWrite { value, commit, kind })).await?;
    match written {
        MetadataWritten::Conflict => Ok(WriteResult { outcome: "conflict", violations: Vec::new() }),
        MetadataWritten::Written { .. } => Ok(WriteResult { outcome: "written", violations: Vec::new() }),
    }
}

/// A write that has begun comes to its end, also where nobody waits for it any more. Cut short, it might be made and not be
/// in the report.
///
/// # Errors
/// Those of the host.
pub async fn write_to_its_end(
    host: Arc<dyn Host>,
    call: CallContext,
    write: MetadataWrite,
) -> Result<MetadataWritten, HostError> {
    let effect = call.effects.metadata_write(write.kind);
    let writing = tokio::spawn(async move {
        let value = write.value.clone();
        let written = host.write_metadata(&call, write).await;
        match &written {
            Ok(MetadataWritten::Written { version, dropped, persisted }) => {
                dropped.iter().for_each(|dropped| call.effects.warn(keys_dropped(dropped)));
                effect.written(value, *version, *persisted);
            }
            Ok(MetadataWritten::Conflict) => effect.not_written(),
            Err(_) => effect.failed(host.metadata(&call).await.unwrap_or_default()),
        }
        written
    });
    let lost = || HostError::Internal { message: "the host panicked or was shut down".to_owned() };
    writing.await.unwrap_or_else(|_| Err(lost()))
}

fn check_size(json: &str) -> Result<(), HostError> {
    if json.len() <= MAX_METADATA_BYTES {
        return Ok(());
    }
    let limit = limit_met("metadata_bytes", MAX_METADATA_BYTES, json.len());
    Err(refused("metadata_too_large", format!("the metadata is too large ({limit})")))
}

fn parse_object(json: &str) -> Result<JsonObject, HostError> {
    match serde_json::from_str(json) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(refused("invalid_metadata_write", "metadata must be an object")),
        Err(error) => Err(refused("invalid_metadata_write", format!("metadata cannot be stored: {error}"))),
    }
}

fn keys_dropped(dropped: &DroppedKeys) -> Warning {
    let keys = dropped.keys.join("`, `");
    Warning {
        code: WarningCode::MetadataKeysDropped,
        message: format!(
            "setMetadata replaces the whole object: it dropped `{keys}`, written by {}. Use updateMetadata to keep other keys.",
            dropped.written_by
        ),
        keys: dropped.keys.clone(),
        written_by: Some(dropped.written_by.clone()),
    }
}
