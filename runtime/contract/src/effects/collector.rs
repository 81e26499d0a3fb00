//! The effects of one run, collected.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    ActionEnd, EffectId, EffectMessage, EffectSender, EffectSink, HiddenValues, HttpEffect, HttpOutcome,
    HttpRequest, LogLevel, LogLine, MetadataWriteEffect, MetadataWriteKind, NewestMetadata, TriggeredAction,
    Warning, WarningCode,
};
use crate::{Clock, Instant, JsonObject};

/// A run keeps this many log lines; more are counted and dropped, with a warning.
pub const MAX_LOG_LINES: usize = 5_000;
/// A run keeps this many HTTP records; more are counted and dropped, with a warning.
pub const MAX_HTTP_EFFECTS: usize = 5_000;

/// A run keeps this many bytes of log messages and what was logged beside them: 8 MiB. More is counted and dropped.
pub const MAX_LOG_BYTES: usize = 8 * 1024 * 1024;

/// Everything an [`EffectLog`] holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// HTTP attempts.
    pub http: Vec<HttpEffect>,
    /// Log lines, triggered actions among them.
    pub logs: Vec<LogLine>,
    /// Metadata writes.
    pub metadata_writes: Vec<MetadataWriteEffect>,
    /// The metadata after them.
    pub newest_metadata: Option<NewestMetadata>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

/// An action and, once it came, its end.
struct Action {
    seq: u64,
    at: Timestamp,
    action: TriggeredAction,
    end: Option<ActionEnd>,
}

#[derive(Default)]
struct Recorded {
    http: Vec<HttpEffect>,
    /// Where a request that is under way stands in the list, and since when it is under way.
    http_in_flight: HashMap<EffectId, (usize, Instant)>,
    logs: Vec<LogLine>,
    log_bytes: usize,
    writes: Vec<(EffectId, MetadataWriteEffect)>,
    newest_metadata: Option<NewestMetadata>,
    /// As it was read after a write that failed, with its version.
    metadata_read: Option<(JsonObject, u64)>,
    actions: Vec<(EffectId, Action)>,
    warnings: Vec<Warning>,
    next_seq: u64,
    dropped: u64,
    hidden: HiddenValues,
    /// Who waits for metadata writes.
    waiting: Vec<Waker>,
}

impl Recorded {
    fn seq(&mut self) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    fn log(&mut self, level: LogLevel, message: String, meta: Option<Value>, at: Timestamp) {
        let seq = self.seq();
        let bytes = message.len() + meta.as_ref().map_or(0, |meta| meta.to_string().len());
        if self.logs.len() < MAX_LOG_LINES && self.log_bytes + bytes <= MAX_LOG_BYTES {
            self.log_bytes += bytes;
            self.logs.push(LogLine { seq, level, message, meta, at });
        } else {
            self.dropped += 1;
        }
    }

    fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < MAX_LOG_LINES && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn http_started(&mut self, id: EffectId, request: HttpRequest, now: Instant) {
        let seq = self.seq();
        if self.http.len() >= MAX_HTTP_EFFECTS {
            self.dropped += 1;
            return;
        }
        let HttpRequest { method, url, attempt } = request;
        let (outcome, duration) = (HttpOutcome::Pending, std::time::Duration::ZERO);
        self.http_in_flight.insert(id, (self.http.len(), now));
        self.http.push(HttpEffect { seq, method, url, outcome, attempt, duration });
    }

    fn write_started(&mut self, id: EffectId, kind: MetadataWriteKind) {
        let seq = self.seq();
        if self.writes.len() < MAX_LOG_LINES {
            self.writes.push((id, MetadataWriteEffect { seq, kind, pending: true }));
        } else {
            self.dropped += 1;
        }
    }

    fn written(&mut self, id: EffectId, metadata: NewestMetadata) {
        if let Some((_, write)) = self.writes.iter_mut().find(|(write, _)| *write == id) {
            write.pending = false;
        }
        if self.newest_metadata.as_ref().is_none_or(|newest| newest.version <= metadata.version) {
            self.newest_metadata = Some(metadata);
        }
    }

    /// The newest version that the run knows of, if it wrote one.
    fn newest_metadata(&self) -> Option<NewestMetadata> {
        let written = self.newest_metadata.as_ref()?;
        match &self.metadata_read {
            Some((value, version)) if *version > written.version => {
                Some(NewestMetadata { value: value.clone(), version: *version, ..*written })
            }
            Some(_) | None => Some(written.clone()),
        }
    }

    fn action_started(&mut self, id: EffectId, action: TriggeredAction, at: Timestamp) {
        let seq = self.seq();
        if self.actions.len() < MAX_LOG_LINES {
            self.actions.push((id, Action { seq, at, action, end: None }));
        } else {
            self.dropped += 1;
        }
    }

    fn action_settled(&mut self, id: EffectId, end: Option<ActionEnd>) {
        match end {
            Some(end) => {
                if let Some((_, action)) = self.actions.iter_mut().find(|(action, _)| *action == id) {
                    action.end = Some(end);
                }
            }
            None => self.actions.retain(|(action, _)| *action != id),
        }
    }

    /// Whether no metadata write is under way.
    fn is_metadata_settled(&self) -> bool {
        self.writes.iter().all(|(_, write)| !write.pending)
    }

    /// Everything so far, as it was told.
    fn effects(&self, now: Instant) -> Effects {
        let mut http = self.http.clone();
        for (index, since) in self.http_in_flight.values() {
            if let Some(effect) = http.get_mut(*index) {
                effect.duration = now.saturating_duration_since(*since);
            }
        }
        let mut logs = self.logs.clone();
        logs.extend(self.actions.iter().map(|(_, action)| {
            let (level, message, meta) = action.action.log_line(action.end.as_ref());
            LogLine { seq: action.seq, level, message, meta: Some(meta), at: action.at }
        }));
        logs.sort_by_key(|line| line.seq);
        Effects {
            http,
            logs,
            metadata_writes: self.writes.iter().map(|(_, write)| write.clone()).collect(),
            newest_metadata: self.newest_metadata(),
            warnings: self.warnings.clone(),
        }
    }
}

/// The effects of one run, collected from wherever they happen.
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

    /// A new log, and what sends to it.
    #[must_use]
    pub fn with_sender(clock: Arc<dyn Clock>) -> (Arc<Self>, EffectSender) {
        let log = Arc::new(Self::new(clock));
        let sender = EffectSender::new(Arc::clone(&log) as Arc<dyn EffectSink>);
        (log, sender)
    }

    /// Whether there is a warning of this kind.
    #[must_use]
    pub fn has_warned_of(&self, code: WarningCode) -> bool {
        self.lock().warnings.iter().any(|warning| warning.code == code)
    }

    /// Ready when no metadata write is under way: they come to their end although the run is over.
    pub async fn metadata_settled(&self) {
        std::future::poll_fn(|cx| self.poll_metadata_settled(cx)).await;
    }

    fn poll_metadata_settled(&self, cx: &Context<'_>) -> Poll<()> {
        let mut recorded = self.lock();
        if recorded.is_metadata_settled() {
            return Poll::Ready(());
        }
        recorded.waiting.push(cx.waker().clone());
        Poll::Pending
    }

    /// The text with every hidden value replaced by `[redacted]`.
    #[must_use]
    pub fn scrub_text(&self, text: &str) -> String {
        self.lock().hidden.scrub_text(text)
    }

    /// Replaces every hidden value in the texts of `value`.
    pub fn scrub(&self, value: &mut Value) {
        self.lock().hidden.scrub(value);
    }

    /// A copy of everything recorded so far, scrubbed, with a warning where something had to be dropped.
    #[must_use]
    pub fn effects(&self) -> Effects {
        let now = self.clock.monotonic();
        let recorded = self.lock();
        let mut effects = recorded.effects(now);
        effects.scrub(&recorded.hidden);
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

impl Effects {
    /// Every text that a function, a server or a provider had a hand in.
    fn scrub(&mut self, hidden: &HiddenValues) {
        for line in &mut self.logs {
            hidden.scrub_in_place(&mut line.message);
            line.meta.iter_mut().for_each(|meta| hidden.scrub(meta));
        }
        for effect in &mut self.http {
            hidden.scrub_in_place(&mut effect.method);
            hidden.scrub_in_place(&mut effect.url);
        }
        for warning in &mut self.warnings {
            hidden.scrub_in_place(&mut warning.message);
            warning.keys.iter_mut().for_each(|key| hidden.scrub_in_place(key));
        }
        if let Some(newest) = &mut self.newest_metadata {
            hidden.scrub_object(&mut newest.value);
        }
    }
}

impl EffectSink for EffectLog {
    fn receive(&self, message: EffectMessage) {
        let (at, now) = (self.clock.now(), self.clock.monotonic());
        let mut recorded = self.lock();
        match message {
            EffectMessage::Log { level, message, meta } => recorded.log(level, message, meta, at),
            EffectMessage::Warning(warning) => recorded.warn(warning),
            EffectMessage::HttpStarted { id, request } => recorded.http_started(id, request, now),
            EffectMessage::HttpSettled { id, outcome, duration } => {
                let started = recorded.http_in_flight.remove(&id);
                if let Some(effect) = started.and_then(|(index, _)| recorded.http.get_mut(index)) {
                    (effect.outcome, effect.duration) = (outcome, duration);
                }
            }
            EffectMessage::MetadataWriteStarted { id, kind } => recorded.write_started(id, kind),
            EffectMessage::MetadataWritten { id, value, version, persisted } => {
                recorded.written(id, NewestMetadata { value, version, persisted });
            }
            EffectMessage::MetadataNotWritten { id } => recorded.writes.retain(|(write, _)| *write != id),
            EffectMessage::MetadataRead { value, version } => {
                if recorded.metadata_read.as_ref().is_none_or(|(_, read)| *read <= version) {
                    recorded.metadata_read = Some((value, version));
                }
            }
            EffectMessage::ActionStarted { id, action } => recorded.action_started(id, action, at),
            EffectMessage::ActionSettled { id, end } => recorded.action_settled(id, end),
            EffectMessage::Hide(secrets) => recorded.hidden.hide(secrets),
        }
        if recorded.is_metadata_settled() {
            recorded.waiting.drain(..).for_each(Waker::wake);
        }
    }
}

impl std::fmt::Debug for EffectLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EffectLog").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "collector_tests.rs"]
mod tests;
