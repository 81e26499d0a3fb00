//! How a child says that its work has ended.

use std::time::Duration;

use deno_core::error::{JsError, JsStackFrame};
use onevent_contract::encoding::json;
use onevent_contract::specifier::PROJECT_ROOT;
use onevent_contract::{Frame, MAX_ACTION_OUTPUT_BYTES, Timings, Usage};
use onevent_ops::{Completion, ThrownError};
use serde::{Deserialize, Serialize};

use crate::action;
use crate::isolate::{DescribeEnd, Described, ExecuteEnd, Interrupted, JobUsage, NotStarted, StopReason};

/// What was thrown crosses up to this size, as JSON: 4 MiB.
const MAX_THROWN_BYTES: usize = 4 * 1024 * 1024;

/// How a child's work ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChildEnd {
    /// How.
    pub settled: Settled,
    /// What it used.
    pub usage: Usage,
    /// Where its time went.
    pub timings: Timings,
}

/// How `exec`, or the description of a module, ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// It returned this JSON text.
    Returned(Option<String>),
    /// A module declares this, as JSON text.
    Described {
        /// What the SDK said of it.
        text: String,
        /// Whether it would say the same again.
        is_repeatable: bool,
    },
    /// It returned more than an action may return, or declares more than a function may declare: so many bytes.
    TooLarge(u64),
    /// The function threw, and the SDK said what.
    Threw {
        /// What.
        #[serde(with = "json")]
        error: Box<ThrownError>,
        /// Where.
        #[serde(with = "json")]
        frames: Vec<Frame>,
    },
    /// Something was thrown that never reached the SDK.
    Uncaught {
        /// What the error says.
        message: String,
        /// The same, as V8 writes it.
        exception: String,
        /// Where.
        #[serde(with = "json")]
        frames: Vec<Frame>,
    },
    /// One of the child's own limits stopped it.
    Stopped(Stopped),
    /// It waits for something that nothing can settle.
    NeverSettled,
    /// There is no isolate.
    NotStarted(String),
    /// Our own fault.
    Engine(String),
}

/// Why a child stopped its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// The wall-clock limit.
    Wall,
    /// The CPU limit, with the time used.
    Cpu(Duration),
    /// The heap limit.
    Heap,
    /// The budget of `ArrayBuffer`s.
    ArrayBuffers,
    /// The parent asked for it.
    Cancelled,
}

impl Stopped {
    pub(crate) fn of(reason: StopReason) -> Self {
        match reason {
            StopReason::Wall => Self::Wall,
            StopReason::Cpu { used } => Self::Cpu(used),
            StopReason::Heap => Self::Heap,
            StopReason::ArrayBuffers => Self::ArrayBuffers,
            // A child's isolate has one run.
            StopReason::Cancelled | StopReason::IsolateLost => Self::Cancelled,
        }
    }

    fn reason(self) -> StopReason {
        match self {
            Self::Wall => StopReason::Wall,
            Self::Cpu(used) => StopReason::Cpu { used },
            Self::Heap => StopReason::Heap,
            Self::ArrayBuffers => StopReason::ArrayBuffers,
            Self::Cancelled => StopReason::Cancelled,
        }
    }
}

impl ChildEnd {
    /// Of work that has used nothing worth telling.
    pub(crate) fn early(settled: Settled) -> Self {
        Self { settled, usage: Usage::default(), timings: Timings::default() }
    }

    /// How a run ended in the child's isolate.
    pub(crate) fn of_run(ended: Result<ExecuteEnd, NotStarted>) -> Self {
        match ended {
            Ok(ExecuteEnd { settled, frames, usage, timings, .. }) => Self {
                settled: match settled {
                    Ok(completion) => completed(completion),
                    Err(interrupted) => Settled::interrupted(interrupted, frames),
                },
                usage: Usage { wall: usage.wall, cpu: usage.cpu, heap_peak_bytes: usage.heap_peak_bytes },
                timings,
            },
            Err(NotStarted::Engine(message) | NotStarted::Host(message)) => {
                Self::early(Settled::NotStarted(message))
            }
            Err(NotStarted::Cancelled) => Self::early(Settled::Stopped(Stopped::Cancelled)),
        }
    }

    /// How a description ended in the child's isolate.
    pub(crate) fn of_description(ended: DescribeEnd) -> Self {
        Self::early(match ended {
            Ok(Described { text, is_repeatable }) => Settled::Described { text, is_repeatable },
            Err(Interrupted::Threw(error)) => {
                let frames = onevent_ops::project_frames(&error);
                Settled::interrupted(Interrupted::Threw(error), frames)
            }
            Err(interrupted) => Settled::interrupted(interrupted, Vec::new()),
        })
    }

    /// Whether the child is as good as before, and can take the next order.
    #[must_use]
    pub fn leaves_child_whole(&self) -> bool {
        match self.settled {
            Settled::Returned(_)
            | Settled::Described { .. }
            | Settled::TooLarge(_)
            | Settled::Threw { .. }
            | Settled::Uncaught { .. }
            | Settled::NeverSettled => true,
            Settled::Stopped(_) | Settled::NotStarted(_) | Settled::Engine(_) => false,
        }
    }

    pub(crate) fn job_usage(&self) -> JobUsage {
        let Usage { wall, cpu, heap_peak_bytes } = self.usage;
        JobUsage { wall, cpu, heap_peak_bytes }
    }
}

fn completed(completion: Completion) -> Settled {
    match completion {
        Completion::Returned { output } => match output {
            Some(text) if text.len() > MAX_ACTION_OUTPUT_BYTES => Settled::TooLarge(text.len() as u64),
            output => Settled::Returned(output),
        },
        Completion::Threw { error, frames } => Settled::Threw { error: Box::new(bounded(*error)), frames },
    }
}

/// What was thrown, where it is not too large to cross.
fn bounded(error: ThrownError) -> ThrownError {
    let bytes = serde_json::to_string(&error).map_or(usize::MAX, |text| text.len());
    if bytes <= MAX_THROWN_BYTES {
        return error;
    }
    let message = format!("what the function threw has more than {MAX_THROWN_BYTES} bytes: it is left out");
    ThrownError {
        payload: serde_json::json!({ "message": message }),
        message,
        code: shortened(error.code),
        additional_properties: None,
        ..error
    }
}

fn shortened(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_THROWN_BYTES / 4));
    text
}

impl Settled {
    fn interrupted(interrupted: Interrupted, frames: Vec<Frame>) -> Self {
        match interrupted {
            Interrupted::Stopped(reason) => Self::Stopped(Stopped::of(reason)),
            Interrupted::NeverSettled => Self::NeverSettled,
            Interrupted::Threw(error) => Self::Uncaught {
                message: shortened(error.message.clone().unwrap_or_else(|| error.exception_message.clone())),
                exception: shortened(error.exception_message.clone()),
                frames,
            },
            Interrupted::DeclaredTooMuch(bytes) => Self::TooLarge(bytes),
            // A child is refused nothing, and its host is the parent.
            Interrupted::Refused(error) => Self::Engine(error.message),
            Interrupted::HostFailed(message)
            | Interrupted::Engine(message)
            | Interrupted::Crashed(message) => Self::Engine(message),
        }
    }

    /// How a run ended, on the parent's side, with the frames of what never reached the SDK.
    pub(crate) fn into_run(self) -> Result<(Result<Completion, Interrupted>, Vec<Frame>), NotStarted> {
        let interrupted = match self {
            Self::Returned(output) => return Ok((Ok(Completion::Returned { output }), Vec::new())),
            Self::Threw { error, frames } => {
                return Ok((Ok(Completion::Threw { error, frames }), Vec::new()));
            }
            Self::TooLarge(bytes) => Interrupted::Refused(Box::new(action::too_large(bytes))),
            Self::NotStarted(message) => return Err(NotStarted::Engine(message)),
            Self::Uncaught { message, exception, frames } => {
                let thrown = js_error(message, exception, &[]);
                return Ok((Err(Interrupted::Threw(thrown)), frames));
            }
            Self::Stopped(stopped) => Interrupted::Stopped(stopped.reason()),
            Self::NeverSettled => Interrupted::NeverSettled,
            Self::Described { .. } => {
                Interrupted::Engine("the child described what it was to run".to_owned())
            }
            Self::Engine(message) => Interrupted::Engine(message),
        };
        Ok((Err(interrupted), Vec::new()))
    }

    /// How a description ended, on the parent's side.
    pub(crate) fn into_description(self) -> DescribeEnd {
        match self {
            Self::Described { text, is_repeatable } => Ok(Described { text, is_repeatable }),
            Self::Uncaught { message, exception, frames } => {
                Err(Interrupted::Threw(js_error(message, exception, &frames)))
            }
            Self::Returned(_) => Err(Interrupted::Engine("the child described nothing".to_owned())),
            Self::Threw { error, .. } => Err(Interrupted::Engine(error.message)),
            Self::TooLarge(bytes) => Err(Interrupted::DeclaredTooMuch(bytes)),
            Self::Stopped(stopped) => Err(Interrupted::Stopped(stopped.reason())),
            Self::NeverSettled => Err(Interrupted::NeverSettled),
            Self::NotStarted(message) | Self::Engine(message) => Err(Interrupted::Engine(message)),
        }
    }
}

/// What was thrown in a child, as if it had been thrown here.
fn js_error(message: String, exception_message: String, frames: &[Frame]) -> Box<JsError> {
    let frame = |frame: &Frame| JsStackFrame {
        function_name: frame.function.clone(),
        ..JsStackFrame::from_location(
            Some(format!("{PROJECT_ROOT}{}", frame.file)),
            Some(i64::from(frame.line)),
            Some(i64::from(frame.column)),
        )
    };
    Box::new(JsError {
        name: None,
        message: Some(message),
        stack: None,
        cause: None,
        exception_message,
        frames: frames.iter().map(frame).collect(),
        source_line: None,
        source_line_frame_index: None,
        aggregated: None,
        additional_properties: Vec::new(),
        stack_is_custom: false,
    })
}
