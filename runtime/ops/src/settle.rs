//! The end of `exec`.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::error::JsError;
use deno_core::{OpState, op2, v8};
use onevent_contract::Frame;
use onevent_contract::specifier::PROJECT_ROOT;
use serde::Deserialize;
use serde_json::json;

use crate::runs::run_of;
use crate::state::{Completion, ThrownError};

/// A report shows this many frames of an error.
const MAX_FRAMES: usize = 20;

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Settlement {
    Returned { output: Option<String> },
    Threw { error: Box<ThrownError> },
}

#[op2(fast, reentrant)]
pub(crate) fn op_onevent_settled<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] json: String,
    thrown: v8::Local<'s, v8::Value>,
) {
    let Some(run) = run_of(scope, &state) else { return };
    let settled = match serde_json::from_str::<Settlement>(&json) {
        Ok(Settlement::Returned { output }) => Completion::Returned { output },
        Ok(Settlement::Threw { error }) => Completion::Threw { error, frames: frames(scope, thrown) },
        Err(error) => Completion::Threw { error: Box::new(unreadable(&error)), frames: Vec::new() },
    };
    run.settle(settled);
}

fn unreadable(error: &serde_json::Error) -> ThrownError {
    let message = format!("the function threw something that cannot be reported: {error}");
    ThrownError {
        kind: "script_internal_error".into(),
        code: "script_internal_error".into(),
        payload: json!({ "message": message }),
        message,
        status: 500.0,
        additional_properties: None,
    }
}

/// The frames of an error that lie in the project's own files, mapped to their sources.
fn frames<'s>(scope: &mut v8::PinScope<'s, '_>, thrown: v8::Local<'s, v8::Value>) -> Vec<Frame> {
    if !thrown.is_native_error() {
        return Vec::new();
    }
    project_frames(&js_error(scope, thrown))
}

/// What was thrown, with its frames: deno_core knows the errors of the realm that it is asked in. In a shared isolate that may
/// be another one than the error's.
pub fn js_error<'s>(scope: &mut v8::PinScope<'s, '_>, thrown: v8::Local<'s, v8::Value>) -> Box<JsError> {
    let error = JsError::from_v8_exception(scope, thrown);
    if !error.frames.is_empty() {
        return error;
    }
    let made_in = thrown.to_object(scope).and_then(|object| object.get_creation_context(scope));
    match made_in {
        Some(made_in) if made_in != scope.get_current_context() => {
            let scope = &mut v8::ContextScope::new(scope, made_in);
            JsError::from_v8_exception(scope, thrown)
        }
        _ => error,
    }
}

/// The same, of an error that deno_core caught.
#[must_use]
pub fn project_frames(error: &JsError) -> Vec<Frame> {
    error
        .frames
        .iter()
        .filter_map(|frame| {
            let number = |value: Option<i64>| u32::try_from(value?).ok();
            Some(Frame {
                file: frame.file_name.as_deref()?.strip_prefix(PROJECT_ROOT)?.to_owned(),
                line: number(frame.line_number)?,
                column: number(frame.column_number)?,
                function: frame.function_name.clone().filter(|name| !name.is_empty()),
            })
        })
        .take(MAX_FRAMES)
        .collect()
}
