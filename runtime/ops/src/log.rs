//! Log lines and warnings of the run.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};
use onevent_contract::{LogLevel, MAX_MESSAGE_BYTES, Warning, WarningCode, cut_copy};
use serde_json::{Value, json};

use crate::before_run::{BeforeRun, Told};
use crate::runs::run_of;

/// What is logged beside the message keeps this many bytes of JSON text; larger is left out, with a mark.
const MAX_LOG_META_BYTES: usize = 99_000;

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

#[op2]
pub(crate) fn op_onevent_log(
    scope: &mut v8::PinScope<'_, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] level: &str,
    #[string] message: &str,
    #[string] meta: Option<String>,
) {
    tell(scope, &state, || {
        let level = match level {
            "debug" => LogLevel::Debug,
            "warn" => LogLevel::Warn,
            "error" => LogLevel::Error,
            _ => LogLevel::Info,
        };
        Told::Log(level, cut_copy(message, MAX_MESSAGE_BYTES), meta.map(|text| read_meta(&text)))
    });
}

fn read_meta(text: &str) -> Value {
    if text.len() > MAX_LOG_META_BYTES {
        return json!({ "truncated": format!("{} bytes of JSON; a log line keeps {MAX_LOG_META_BYTES}", text.len()) });
    }
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

#[op2]
pub(crate) fn op_onevent_warn(
    scope: &mut v8::PinScope<'_, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] code: &str,
    #[string] message: &str,
    #[serde] keys: Vec<String>,
) {
    tell(scope, &state, || {
        let code = match code {
            "calls_not_awaited" => WarningCode::CallsNotAwaited,
            "metadata_invalid_before_run" => WarningCode::MetadataInvalidBeforeRun,
            "invalid_action_input" => WarningCode::InvalidActionInput,
            "invalid_action_output" => WarningCode::InvalidActionOutput,
            _ => WarningCode::UnhandledRejection,
        };
        let mut warning = Warning::new(code, cut_copy(message, MAX_MESSAGE_BYTES));
        warning.keys = keys.into_iter().take(100).map(|key| cut_copy(&key, 200)).collect();
        Told::Warning(warning)
    });
}
