//! Log lines and warnings of the run.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};
use onevent_contract::{LogLevel, MAX_MESSAGE_BYTES, Warning, WarningCode, cut_copy, tree_bytes};
use serde_json::{Value, json};

use crate::before_run::{BeforeRun, Told};
use crate::carried::beginning;
use crate::runs::run_of;

/// What is logged beside the message keeps this many bytes of JSON text; larger is left out, with a mark.
const MAX_LOG_META_BYTES: usize = 99_000;
/// And so much memory: of many small lists much more than of one text.
const MAX_LOG_META_TREE_BYTES: usize = 4 * 1024 * 1024;

/// While a module is described there is no run, and nobody to read a log: nothing is told.
fn tell(scope: &mut v8::PinScope<'_, '_>, state: &Rc<RefCell<OpState>>, told: impl FnOnce() -> Told) {
    if let Some(run) = run_of(scope, state) {
        return told().tell(&run);
    }
    let before = state.borrow().try_borrow::<Rc<BeforeRun>>().cloned();
    if let Some(before) = before {
        before.keep(told());
    }
}

#[op2(fast)]
pub(crate) fn op_onevent_log<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] level: &str,
    message: v8::Local<'s, v8::Value>,
    meta: v8::Local<'s, v8::Value>,
) {
    let message = beginning(scope, message, MAX_MESSAGE_BYTES).unwrap_or_default();
    let meta = v8::Local::<v8::String>::try_from(meta).ok().map(|text| match text.length() {
        0..=MAX_LOG_META_BYTES => read_meta(&text.to_rust_string_lossy(scope)),
        length => left_out(length),
    });
    tell(scope, &state, || {
        let level = match level {
            "debug" => LogLevel::Debug,
            "warn" => LogLevel::Warn,
            "error" => LogLevel::Error,
            _ => LogLevel::Info,
        };
        Told::Log(level, cut_copy(&message, MAX_MESSAGE_BYTES), meta)
    });
}

fn read_meta(text: &str) -> Value {
    if text.len() > MAX_LOG_META_BYTES || tree_bytes(text) > MAX_LOG_META_TREE_BYTES {
        return left_out(text.len());
    }
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn left_out(length: usize) -> Value {
    json!({ "truncated": format!("{length} bytes of JSON; a log line keeps {MAX_LOG_META_BYTES}") })
}

/// So many keys of a warning are kept, and so much of each.
const MAX_KEYS: u32 = 100;
const MAX_KEY_UNITS: usize = 200;

#[op2(fast)]
pub(crate) fn op_onevent_warn<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] code: &str,
    message: v8::Local<'s, v8::Value>,
    keys: v8::Local<'s, v8::Value>,
) {
    let message = beginning(scope, message, MAX_MESSAGE_BYTES).unwrap_or_default();
    let mut kept = Vec::new();
    if let Ok(keys) = v8::Local::<v8::Array>::try_from(keys) {
        for index in 0..keys.length().min(MAX_KEYS) {
            let key = keys.get_index(scope, index);
            kept.extend(key.and_then(|key| beginning(scope, key, MAX_KEY_UNITS)));
        }
    }
    tell(scope, &state, || {
        let code = match code {
            "calls_not_awaited" => WarningCode::CallsNotAwaited,
            "metadata_invalid_before_run" => WarningCode::MetadataInvalidBeforeRun,
            "invalid_action_input" => WarningCode::InvalidActionInput,
            "invalid_action_output" => WarningCode::InvalidActionOutput,
            _ => WarningCode::UnhandledRejection,
        };
        let mut warning = Warning::new(code, cut_copy(&message, MAX_MESSAGE_BYTES));
        warning.keys = kept;
        Told::Warning(warning)
    });
}
