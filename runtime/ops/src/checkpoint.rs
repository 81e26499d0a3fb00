//! Checkpoints: what a function remembers from run to run.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};
use onevent_contract::{HostCalls, HostError, JsonObject, limit_met};
use serde::Serialize;
use serde_json::Value;

use crate::call::call;
use crate::carried::{Carried, carried};
use crate::state::RunState;
use crate::wire::{OpResult, refused};

/// The largest checkpoint, as JSON text: 64 KiB. It is a place in a list, not a list.
pub const MAX_CHECKPOINT_BYTES: usize = 64 * 1024;
/// What a write answers where the stored version was another one.
const CONFLICT: f64 = -1.0;

#[derive(Serialize)]
pub(crate) struct WireCheckpoint {
    json: String,
    version: u64,
}

#[op2]
pub(crate) fn op_onevent_checkpoint<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
) -> v8::Local<'s, v8::Value> {
    call(scope, &state, async move |run| {
        let (host, call) = (run.host.clone(), run.call());
        let answer = run.ask(async move { host.checkpoint(&call).await }).await;
        OpResult::of(answer.map(|checkpoint| WireCheckpoint {
            json:
                checkpoint.value.map_or_else(|| "null".to_owned(), |value| Value::Object(value).to_string()),
            version: checkpoint.version,
        }))
    })
}

#[op2]
pub(crate) fn op_onevent_write_checkpoint<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    json: v8::Local<'s, v8::Value>,
    expected_version: f64,
) -> v8::Local<'s, v8::Value> {
    let json = carried(scope, &state, json, 0);
    call(scope, &state, async move |run| OpResult::of(write(&run, json, expected_version).await))
}

async fn write(
    run: &RunState,
    json: Carried<Option<String>>,
    expected_version: f64,
) -> Result<f64, HostError> {
    let (_carried, json) = json?;
    let value = json.as_deref().map(parse).transpose()?;
    // Versions count writes, so they stay far below 2^53; anything else saturates and names no version.
    let expected = expected_version as u64;
    let (host, call) = (run.host.clone(), run.call());
    let written = run.ask(async move { host.write_checkpoint(&call, value, expected).await }).await?;
    Ok(written.map_or(CONFLICT, |version| version as f64))
}

fn parse(json: &str) -> Result<JsonObject, HostError> {
    if json.len() > MAX_CHECKPOINT_BYTES {
        let limit = limit_met("checkpoint_bytes", MAX_CHECKPOINT_BYTES, json.len());
        return Err(refused("checkpoint_too_large", format!("the checkpoint is too large ({limit})")));
    }
    match serde_json::from_str(json) {
        Ok(Value::Object(object))
            if object.values().all(|value| value.is_string() || value.is_number() || value.is_boolean()) =>
        {
            Ok(object)
        }
        _ => Err(refused("invalid_checkpoint", "a checkpoint holds texts, numbers and booleans only")),
    }
}
