//! An effect on its way to the log of its run.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ActionAct, ActionEnd, HttpOutcome, HttpRequest, LogLevel, MetadataWriteKind, TriggeredAction, Warning,
};
use crate::encoding::{json, optional_json};
use crate::{JsonObject, Secret, revealed};

/// Ties the end of an effect to its beginning. Unique in its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectId(pub(super) u64);

/// Something that happened, as data: it can be sent from another process.
///
/// What takes time is told twice, when it begins and when it ends, so that a run which does not live to see the end
/// still tells of the beginning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectMessage {
    /// A log line.
    Log {
        /// The level.
        level: LogLevel,
        /// The message.
        message: String,
        /// What was logged beside the message.
        #[serde(with = "optional_json")]
        meta: Option<Value>,
    },
    /// A warning; the same one twice is kept once.
    Warning(#[serde(with = "json")] Warning),
    /// A request is sent.
    HttpStarted {
        /// Names it.
        id: EffectId,
        /// What is sent.
        request: HttpRequest,
    },
    /// A request came to its end.
    HttpSettled {
        /// Which.
        id: EffectId,
        /// How.
        #[serde(with = "json")]
        outcome: HttpOutcome,
        /// After how long.
        duration: Duration,
    },
    /// Metadata is about to be written.
    MetadataWriteStarted {
        /// Names the write.
        id: EffectId,
        /// How it is written.
        kind: MetadataWriteKind,
    },
    /// Metadata was written.
    MetadataWritten {
        /// By which write.
        id: EffectId,
        /// The whole object.
        #[serde(with = "json")]
        value: JsonObject,
        /// The version after it.
        version: u64,
        /// Whether it is stored beyond the run.
        persisted: bool,
    },
    /// A write changed nothing.
    MetadataNotWritten {
        /// Which.
        id: EffectId,
    },
    /// The metadata as it was read after a write that failed: what other writes made of it may not be what they were
    /// answered.
    MetadataRead {
        /// The whole object.
        #[serde(with = "json")]
        value: JsonObject,
        /// Its version.
        version: u64,
    },
    /// An action is about to run.
    ActionStarted {
        /// Names it.
        id: EffectId,
        /// Which it is.
        action: TriggeredAction,
    },
    /// An action that runs did something. Its own report tells it as well, once it came to its end.
    ActionActed {
        /// Which action.
        id: EffectId,
        /// What it did.
        act: ActionAct,
    },
    /// An action came to its end.
    ActionSettled {
        /// Which.
        id: EffectId,
        /// How; `None` where it did not start.
        end: Option<ActionEnd>,
    },
    /// Values that must not be shown from here on, in what was told before either. They cross as they are: whoever
    /// takes this keeps it as secret as the credentials themselves.
    Hide(#[serde(with = "revealed::secrets")] Vec<Secret>),
}

/// Where a run's effects go.
pub trait EffectSink: Send + Sync {
    /// Takes one. It does not wait, and cannot fail: what happened has happened.
    fn receive(&self, message: EffectMessage);
}
