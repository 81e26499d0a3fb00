//! One run, after it ended.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr};

use crate::clock::rfc3339;
use crate::encoding::{json, some};
use crate::limits::milliseconds;
use crate::{
    ConnectionId, Effects, EnvironmentName, ErrorType, Event, FunctionName, HttpEffect, IntegrationId,
    LogLine, MetadataWriteEffect, Mode, Operation, RequestId, RunError, RunId, Timings, Warning,
};

/// Version of the report's JSON form; it grows when a field changes its meaning or goes away.
pub const REPORT_SCHEMA_VERSION: u32 = 1;

/// The message of a rejection whose error carries none that may be shown (Nango's text).
pub const DEFAULT_REJECTION: &str = "Connection failed validation";

/// What an action returns may have this many bytes as JSON: 2 MiB (Nango's limit).
pub const MAX_ACTION_OUTPUT_BYTES: usize = 2 * 1024 * 1024;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// `exec` returned.
    Succeeded,
    /// `exec` threw an `ActionError`: the function said no.
    Rejected,
    /// `exec` threw anything else, or could not be entered.
    Failed,
    /// A limit, or a cancellation, ended it.
    Stopped,
    /// onevent itself failed while it ran: nobody knows what it did.
    Unknown,
}

impl Outcome {
    /// The wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The outcome of that wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// What a `validate-connection` run means for its connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the credentials are accepted.
    pub accepted: bool,
    /// Why not; `None` when accepted.
    pub message: Option<String>,
}

impl Verdict {
    /// The verdict of a validation that ended like this; `None` where nobody knows.
    ///
    /// The message follows Nango: `payload.message`, else `payload.error`, else [`DEFAULT_REJECTION`].
    #[must_use]
    pub fn of(outcome: Outcome, error: Option<&RunError>) -> Option<Self> {
        if error.is_some_and(|error| error.kind == ErrorType::ScriptAborted) {
            // Somebody stopped it before it could say anything.
            return None;
        }
        match outcome {
            Outcome::Succeeded => Some(Self { accepted: true, message: None }),
            Outcome::Rejected | Outcome::Failed | Outcome::Stopped => {
                let shown = |field: &str| error?.payload.get(field)?.as_str().map(str::to_owned);
                let message = shown("message").or_else(|| shown("error"));
                Some(Self { accepted: false, message: Some(message.unwrap_or(DEFAULT_REJECTION.into())) })
            }
            Outcome::Unknown => None,
        }
    }
}

/// What a run used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// From the start of the isolate to the end of the run. Of an isolate that was made before the run, the time in which it
    /// only waited does not count.
    #[serde(rename = "wall_ms", with = "milliseconds")]
    pub wall: Duration,
    /// CPU time of the isolate's thread.
    #[serde(rename = "cpu_ms", with = "milliseconds")]
    pub cpu: Duration,
    /// The largest heap seen at a garbage collection or at the end, `ArrayBuffer`s included.
    pub heap_peak_bytes: u64,
}

/// The connection's metadata around a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MetadataReport {
    /// As it was when the run started; `null` where none was ever written.
    pub before: Value,
    /// As the run left it.
    pub after: Value,
    /// Whether `after` is stored; false when nothing was written, and in a dry run.
    pub persisted: bool,
    /// The writes, in order.
    pub writes: Vec<MetadataWriteEffect>,
}

/// Everything there is to say about one run. Its JSON form is `docs/schemas/run-report.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct RunReport {
    /// [`REPORT_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The run's id.
    pub run_id: RunId,
    /// The function's name.
    pub function: FunctionName,
    /// The integration's unique key.
    pub integration: IntegrationId,
    /// The event; `None` of an action.
    pub event: Option<Event>,
    /// The operation around it; `None` of an action.
    pub operation: Option<Operation>,
    /// The connection.
    pub connection_id: ConnectionId,
    /// The environment.
    pub environment: EnvironmentName,
    /// Live or dry.
    pub mode: Mode,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The run that triggered it with `nango.triggerAction`; `None` of every other run.
    pub caller_run_id: Option<RunId>,
    /// The deployment that it ran on; `None` with the functions of a project folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// The request that led to it; `None` where none did: a command, a comparison with a Nango.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// When it started.
    #[serde(serialize_with = "rfc3339")]
    pub started_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// What that means for the connection; only of a validation.
    pub verdict: Option<Verdict>,
    /// Why it did not succeed.
    pub error: Option<RunError>,
    /// What an action returned, without the secrets that the run was given; `None` of an event function, and where the
    /// run did not succeed. Its caller gets [`CompletedRun::returned`](crate::CompletedRun::returned).
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// What to look at.
    pub warnings: Vec<Warning>,
    /// Metadata before and after.
    pub metadata: MetadataReport,
    /// HTTP attempts.
    pub http: Vec<HttpEffect>,
    /// Log lines.
    pub logs: Vec<LogLine>,
    /// What it used.
    pub usage: Usage,
    /// Where its time went, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
}

impl RunReport {
    /// Puts the recorded effects into the report.
    #[must_use]
    pub fn with_effects(mut self, effects: Effects) -> Self {
        self.http = effects.http;
        self.logs = effects.logs;
        self.metadata.writes = effects.metadata_writes;
        if let Some(newest) = effects.newest_metadata {
            (self.metadata.after, self.metadata.persisted) = (Value::Object(newest.value), newest.persisted);
        }
        self.warnings.extend(effects.warnings);
        self
    }

    /// Whether the error is a violated schema: of metadata, or of an action's input or output.
    #[must_use]
    pub fn violates_schema(&self) -> bool {
        let kinds =
            [ErrorType::InvalidMetadata, ErrorType::InvalidActionInput, ErrorType::InvalidActionOutput];
        self.error.as_ref().is_some_and(|error| kinds.contains(&error.kind))
    }
}

/// In every format its document: fields that are left out of that would be lost in a format without names.
impl Serialize for RunReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return Self::serialize(self, serializer);
        }
        json::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for RunReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Self::deserialize(deserializer);
        }
        json::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict_message(payload: Value) -> Option<String> {
        let mut error = RunError::new(ErrorType::ScriptHttpError, "Request failed with status code 404");
        error.payload = payload;
        Verdict::of(Outcome::Failed, Some(&error)).and_then(|verdict| verdict.message)
    }

    #[test]
    fn a_rejection_shows_the_message_that_nango_shows() {
        assert_eq!(verdict_message(json!({"message": "no scope"})).as_deref(), Some("no scope"));
        assert_eq!(verdict_message(json!({"error": "Not found"})).as_deref(), Some("Not found"));
        assert_eq!(verdict_message(json!({"error": {"message": "no"}})).as_deref(), Some(DEFAULT_REJECTION));
        assert_eq!(verdict_message(json!({"message": [1]})).as_deref(), Some(DEFAULT_REJECTION));
        assert_eq!(verdict_message(json!([])).as_deref(), Some(DEFAULT_REJECTION));
    }

    #[test]
    fn nobody_knows_the_verdict_of_an_unknown_outcome_or_of_a_cancelled_run() {
        assert_eq!(Verdict::of(Outcome::Unknown, None), None);
        let cancelled = RunError::new(ErrorType::ScriptAborted, "the run was cancelled");
        assert_eq!(Verdict::of(Outcome::Stopped, Some(&cancelled)), None);
        let limit = RunError::new(ErrorType::ExecutionTimeout, "too long");
        assert!(Verdict::of(Outcome::Stopped, Some(&limit)).is_some_and(|verdict| !verdict.accepted));
    }
}
