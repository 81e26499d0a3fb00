//! What a run did outside itself, in order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::rfc3339;
use crate::limits::milliseconds;
use crate::{Clock, Secret};

/// A run keeps this many log lines; more are counted and dropped, with a warning.
pub const MAX_LOG_LINES: usize = 5_000;
/// A run keeps this many HTTP records; more are counted and dropped, with a warning.
pub const MAX_HTTP_EFFECTS: usize = 5_000;

/// A run keeps this many bytes of log messages and what was logged beside them: 8 MiB. More is counted and dropped.
pub const MAX_LOG_BYTES: usize = 8 * 1024 * 1024;

/// The level of a log line (Nango's levels).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Details for the author.
    Debug,
    /// Normal news: the default.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
}

/// One log line of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// Position among all effects of the run.
    pub seq: u64,
    /// The level.
    pub level: LogLevel,
    /// The message.
    pub message: String,
    /// What was logged beside the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Value>,
    /// When.
    #[serde(serialize_with = "rfc3339")]
    pub at: Timestamp,
}

/// One attempt of one HTTP call. It holds no body, no header and no secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HttpEffect {
    /// Position among all effects of the run; set by [`EffectLog::http`].
    pub seq: u64,
    /// The method.
    pub method: String,
    /// The URL without its secrets.
    pub url: String,
    /// The status; `None` when no answer came.
    pub status: Option<u16>,
    /// The code of the transport's error, when no answer came (`ECONNREFUSED`, …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
}

/// How metadata was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataWriteKind {
    /// `setMetadata`: the whole object was replaced.
    Set,
    /// `updateMetadata`: top-level keys were merged.
    Update,
}

/// One metadata write.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetadataWriteEffect {
    /// Position among all effects of the run.
    pub seq: u64,
    /// How it was written.
    pub kind: MetadataWriteKind,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningCode {
    /// A metadata write dropped keys that another function, or the user, had written.
    MetadataKeysDropped,
    /// The metadata violated the schema before the run started.
    MetadataInvalidBeforeRun,
    /// An action was called with an input that violates its schema.
    InvalidActionInput,
    /// An action returned what violates its schema.
    InvalidActionOutput,
    /// `exec` settled while calls of `nango` were still running; they were cancelled.
    CallsNotAwaited,
    /// A promise was rejected and nobody handled it.
    UnhandledRejection,
    /// More effects happened than a report keeps.
    EffectsTruncated,
    /// A member that the declared schema has could not be expressed on the Rust side.
    SchemaWidened,
    /// A setup or cleanup function did not succeed; the connection change was done all the same.
    FunctionFailed,
    /// The integration has no `validate-connection` function, so nothing was checked.
    NothingChecked,
    /// The credentials that were given have expired.
    CredentialsExpired,
}

/// Something the reader of a report should know, that did not change the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// In words, with advice.
    pub message: String,
    /// The metadata keys or calls it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Who had written those keys: a function's full name, or `user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_by: Option<String>,
}

impl Warning {
    /// A warning without keys.
    #[must_use]
    pub fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), keys: Vec::new(), written_by: None }
    }
}

/// Everything an [`EffectLog`] holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// HTTP attempts.
    pub http: Vec<HttpEffect>,
    /// Log lines.
    pub logs: Vec<LogLine>,
    /// Metadata writes.
    pub metadata_writes: Vec<MetadataWriteEffect>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

#[derive(Default)]
struct Recorded {
    effects: Effects,
    next_seq: u64,
    dropped: u64,
    log_bytes: usize,
    secrets: Vec<Secret>,
}

impl Recorded {
    fn seq(&mut self) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }
}

/// The effects of one run, collected from the isolate's thread and from the host at once.
pub struct EffectLog {
    clock: Arc<dyn Clock>,
    recorded: Mutex<Recorded>,
}

impl EffectLog {
    /// An empty log that takes its times from `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, recorded: Mutex::default() }
    }

    /// Records a log line.
    pub fn log(&self, level: LogLevel, message: String, meta: Option<Value>) {
        let at = self.clock.now();
        let bytes = message.len() + meta.as_ref().map_or(0, |meta| meta.to_string().len());
        let mut recorded = self.lock();
        let seq = recorded.seq();
        if recorded.effects.logs.len() < MAX_LOG_LINES && recorded.log_bytes + bytes <= MAX_LOG_BYTES {
            recorded.log_bytes += bytes;
            recorded.effects.logs.push(LogLine { seq, level, message, meta, at });
        } else {
            recorded.dropped += 1;
        }
    }

    /// Records one HTTP attempt; its `seq` is set here.
    pub fn http(&self, mut effect: HttpEffect) {
        let mut recorded = self.lock();
        effect.seq = recorded.seq();
        if recorded.effects.http.len() < MAX_HTTP_EFFECTS {
            recorded.effects.http.push(effect);
        } else {
            recorded.dropped += 1;
        }
    }

    /// Records a metadata write.
    pub fn metadata_write(&self, kind: MetadataWriteKind) {
        let mut recorded = self.lock();
        let seq = recorded.seq();
        if recorded.effects.metadata_writes.len() < MAX_LOG_LINES {
            recorded.effects.metadata_writes.push(MetadataWriteEffect { seq, kind });
        } else {
            recorded.dropped += 1;
        }
    }

    /// Records a warning; the same warning twice is kept once.
    pub fn warn(&self, warning: Warning) {
        let mut recorded = self.lock();
        if recorded.effects.warnings.len() < MAX_LOG_LINES && !recorded.effects.warnings.contains(&warning) {
            recorded.effects.warnings.push(warning);
        }
    }

    /// Texts that must not appear in the report: a host calls this before it uses or hands out credentials.
    pub fn hide(&self, secrets: impl IntoIterator<Item = Secret>) {
        let mut recorded = self.lock();
        for secret in secrets {
            if !recorded.secrets.contains(&secret) {
                recorded.secrets.push(secret);
            }
        }
        // Longest first: a secret that contains another one must not leave its rest behind.
        recorded.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
    }

    /// The text with every hidden secret replaced by `[redacted]`.
    #[must_use]
    pub fn scrub_text(&self, text: &str) -> String {
        scrub_text(&self.lock().secrets, text)
    }

    /// Replaces every hidden secret in the texts of `value`.
    pub fn scrub(&self, value: &mut Value) {
        scrub(&self.lock().secrets, value);
    }

    /// A copy of everything recorded so far, scrubbed, with a warning where something had to be dropped.
    #[must_use]
    pub fn effects(&self) -> Effects {
        let recorded = self.lock();
        let mut effects = recorded.effects.clone();
        let secrets = &recorded.secrets;
        for line in &mut effects.logs {
            line.message = scrub_text(secrets, &line.message);
            if let Some(meta) = &mut line.meta {
                scrub(secrets, meta);
            }
        }
        for effect in &mut effects.http {
            effect.url = scrub_text(secrets, &effect.url);
        }
        for warning in &mut effects.warnings {
            warning.message = scrub_text(secrets, &warning.message);
        }
        if recorded.dropped > 0 {
            effects.warnings.push(Warning::new(
                WarningCode::EffectsTruncated,
                format!(
                    "{} log lines or requests are not in this report: a report keeps {MAX_LOG_LINES} of each and {MAX_LOG_BYTES} bytes of log",
                    recorded.dropped
                ),
            ));
        }
        effects
    }

    fn lock(&self) -> MutexGuard<'_, Recorded> {
        // A thread that panicked while holding the lock left whole entries behind: every push is one step.
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn scrub_text(secrets: &[Secret], text: &str) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        if text.contains(secret.reveal()) {
            text = text.replace(secret.reveal(), "[redacted]");
        }
    }
    text
}

fn scrub(secrets: &[Secret], value: &mut Value) {
    match value {
        Value::String(text) => *text = scrub_text(secrets, text),
        Value::Array(items) => items.iter_mut().for_each(|item| scrub(secrets, item)),
        Value::Object(object) => object.values_mut().for_each(|item| scrub(secrets, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl std::fmt::Debug for EffectLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EffectLog").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::SystemClock;

    #[test]
    fn hidden_secrets_leave_no_trace_in_the_effects() {
        let log = EffectLog::new(Arc::new(SystemClock));
        log.log(LogLevel::Info, "token tok-12345-long".into(), Some(json!({"a": ["Bearer tok-12345"]})));
        log.hide([Secret::new("tok-12345"), Secret::new("tok-12345-long")]);
        let effects = log.effects();
        assert_eq!(effects.logs[0].message, "token [redacted]");
        assert_eq!(effects.logs[0].meta, Some(json!({"a": ["Bearer [redacted]"]})));
    }

    #[test]
    fn a_flood_of_long_lines_is_cut_by_its_size() {
        let log = EffectLog::new(Arc::new(SystemClock));
        for _ in 0..100 {
            log.log(LogLevel::Info, "x".repeat(MAX_LOG_BYTES / 10), None);
        }
        let effects = log.effects();
        assert_eq!(effects.logs.len(), 10);
        assert_eq!(effects.warnings[0].code, WarningCode::EffectsTruncated);
    }

    #[test]
    fn one_sequence_orders_all_effects_and_what_does_not_fit_is_counted() {
        let log = EffectLog::new(Arc::new(SystemClock));
        log.metadata_write(MetadataWriteKind::Set);
        for _ in 0..=MAX_LOG_LINES {
            log.log(LogLevel::Info, "line".into(), None);
        }
        let effects = log.effects();
        assert_eq!(effects.metadata_writes[0].seq, 0);
        assert_eq!(effects.logs[0].seq, 1);
        assert_eq!(effects.logs.len(), MAX_LOG_LINES);
        assert_eq!(effects.warnings[0].code, WarningCode::EffectsTruncated);
    }
}
