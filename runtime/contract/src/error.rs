//! A failed run's error, as its reader gets it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr};

use crate::encoding::some;

/// The kind of a run's error: Nango's names, and onevent's for what Nango does not tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorType {
    /// The function threw an `ActionError`.
    ActionScriptRuntimeError,
    /// An HTTP answer outside 2xx was not caught.
    ScriptHttpError,
    /// Nango's own API took no more requests, and that was not caught.
    ScriptApiRateLimitError,
    /// A request got no answer, and that was not caught.
    ScriptNetworkError,
    /// Anything else was thrown.
    ScriptInternalError,
    /// The run was cancelled.
    ScriptAborted,
    /// The wall-clock limit was reached.
    ExecutionTimeout,
    /// The CPU limit was reached.
    CpuLimitExceeded,
    /// The heap limit, or the budget of `ArrayBuffer`s, was reached.
    HeapLimitExceeded,
    /// Another run filled the isolate that this one shared with it, or was to be stopped there: this one is not to blame.
    IsolateLost,
    /// The child process that ran it died, or broke the rules between it and its parent.
    WorkerCrashed,
    /// `exec` waits for a promise that nothing can settle.
    NeverSettled,
    /// Metadata violates the declared schema.
    InvalidMetadata,
    /// An action's input violates its declared schema.
    InvalidActionInput,
    /// What an action returned violates its declared schema.
    InvalidActionOutput,
    /// What an action returned is larger than [`MAX_ACTION_OUTPUT_BYTES`](crate::MAX_ACTION_OUTPUT_BYTES).
    ScriptOutputTooLarge,
    /// The function's code could not be loaded.
    CompileError,
    /// onevent itself failed: its store, or a remote host. What the run did is unknown.
    HostFailure,
}

impl ErrorType {
    /// The wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One frame of a stack, in the author's own source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Path inside the project.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// The function's name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

/// Why a run did not succeed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunError {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: ErrorType,
    /// A stable code: the error's own `code` where it had one, else the type.
    pub code: String,
    /// In words.
    pub message: String,
    /// What Nango calls the error's payload.
    pub payload: Value,
    /// The HTTP status that an API answers for this error: the provider's for HTTP errors, 500 otherwise.
    pub status: u16,
    /// `upstream_response` of an HTTP error.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub additional_properties: Option<Value>,
    /// What to do about it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where it was thrown, innermost first; only the project's own files.
    pub frames: Vec<Frame>,
}

impl RunError {
    /// An error without frames and properties, whose payload is its message.
    #[must_use]
    pub fn new(kind: ErrorType, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind,
            code: kind.as_str().into(),
            payload: serde_json::json!({ "message": message }),
            message,
            status: 500,
            additional_properties: None,
            hint: None,
            frames: Vec::new(),
        }
    }
}
