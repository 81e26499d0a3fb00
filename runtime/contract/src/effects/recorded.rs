//! What a run has told of itself so far, within its caps.

use std::collections::HashMap;
use std::task::Waker;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    ActionAct, ActionEnd, ActionProgress, EffectId, Effects, HiddenValues, HttpEffect, HttpOutcome,
    HttpRequest, LogLevel, LogLine, MetadataWriteEffect, MetadataWriteKind, NewestMetadata, TriggeredAction,
    Warning,
};
use crate::{
    Instant, JsonObject, MAX_HTTP_BYTES, MAX_MESSAGE_BYTES, MAX_URL_BYTES, MAX_WARNING_BYTES, MAX_WARNINGS,
    MAX_WORD_BYTES, cut, tree_bytes,
};

/// A run keeps this many log lines; more are counted and dropped, with a warning.
pub const MAX_LOG_LINES: usize = 5_000;
/// A run keeps this many HTTP records; more are counted and dropped, with a warning.
pub const MAX_HTTP_EFFECTS: usize = 5_000;

/// A run keeps this many bytes of log messages and what was logged beside them: 8 MiB. More is counted and dropped.
pub const MAX_LOG_BYTES: usize = 8 * 1024 * 1024;

/// And so much memory: 24 MiB. What is logged beside messages takes more than its text, most of all many small lists.
pub const MAX_LOG_MEMORY: usize = 24 * 1024 * 1024;

/// An action and, once it came, its end.
struct Action {
    seq: u64,
    at: Timestamp,
    action: TriggeredAction,
    progress: ActionProgress,
    end: Option<ActionEnd>,
}

/// What was told, as it came.
#[derive(Default)]
pub(super) struct Recorded {
    pub(super) http: Vec<HttpEffect>,
    http_bytes: usize,
    /// Where a request that is under way stands in the list, and since when it is under way.
    pub(super) http_in_flight: HashMap<EffectId, (usize, Instant)>,
    logs: Vec<LogLine>,
    log_bytes: usize,
    log_memory: usize,
    pub(super) writes: Vec<(EffectId, MetadataWriteEffect)>,
    newest_metadata: Option<NewestMetadata>,
    /// As it was read after a write that failed, with its version.
    pub(super) metadata_read: Option<(JsonObject, u64)>,
    actions: Vec<(EffectId, Action)>,
    pub(super) warnings: Vec<Warning>,
    warning_bytes: usize,
    next_seq: u64,
    pub(super) dropped: u64,
    pub(super) hidden: HiddenValues,
    /// Who waits for metadata writes.
    pub(super) waiting: Vec<Waker>,
}

impl Recorded {
    /// Whether nothing has happened yet.
    pub(super) fn is_empty(&self) -> bool {
        self.next_seq == 0 && self.warnings.is_empty()
    }

    /// How many bytes its texts have.
    pub(super) fn bytes(&self) -> usize {
        self.http_bytes + self.log_bytes + self.warning_bytes
    }

    fn seq(&mut self) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    pub(super) fn log(&mut self, level: LogLevel, mut message: String, meta: Option<Value>, at: Timestamp) {
        let seq = self.seq();
        cut(&mut message, MAX_MESSAGE_BYTES);
        let text = meta.as_ref().map_or_else(String::new, Value::to_string);
        let (bytes, memory) = (message.len() + text.len(), message.len() + tree_bytes(&text));
        let fits = self.log_bytes + bytes <= MAX_LOG_BYTES && self.log_memory + memory <= MAX_LOG_MEMORY;
        if self.logs.len() < MAX_LOG_LINES && fits {
            self.log_bytes += bytes;
            self.log_memory += memory;
            self.logs.push(LogLine { seq, level, message, meta, at });
        } else {
            self.dropped += 1;
        }
    }

    pub(super) fn warn(&mut self, mut warning: Warning) {
        cut(&mut warning.message, MAX_MESSAGE_BYTES);
        warning.keys.iter_mut().for_each(|key| cut(key, MAX_WORD_BYTES));
        let bytes = warning.message.len() + warning.keys.iter().map(String::len).sum::<usize>();
        if self.warnings.len() >= MAX_WARNINGS || self.warning_bytes + bytes > MAX_WARNING_BYTES {
            self.dropped += 1;
        } else if !self.warnings.contains(&warning) {
            self.warning_bytes += bytes;
            self.warnings.push(warning);
        }
    }

    pub(super) fn http_started(&mut self, id: EffectId, request: HttpRequest, now: Instant) {
        let seq = self.seq();
        let HttpRequest { mut method, mut url, attempt } = request;
        cut(&mut method, MAX_WORD_BYTES);
        cut(&mut url, MAX_URL_BYTES);
        let bytes = method.len() + url.len();
        if self.http.len() >= MAX_HTTP_EFFECTS || self.http_bytes + bytes > MAX_HTTP_BYTES {
            self.dropped += 1;
            return;
        }
        self.http_bytes += bytes;
        let (outcome, duration) = (HttpOutcome::Pending, std::time::Duration::ZERO);
        self.http_in_flight.insert(id, (self.http.len(), now));
        self.http.push(HttpEffect { seq, method, url, outcome, attempt, duration });
    }

    pub(super) fn write_started(&mut self, id: EffectId, kind: MetadataWriteKind) {
        let seq = self.seq();
        if self.writes.len() < MAX_LOG_LINES {
            self.writes.push((id, MetadataWriteEffect { seq, kind, pending: true }));
        } else {
            self.dropped += 1;
        }
    }

    pub(super) fn written(&mut self, id: EffectId, metadata: NewestMetadata) {
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

    pub(super) fn action_started(&mut self, id: EffectId, action: TriggeredAction, at: Timestamp) {
        let seq = self.seq();
        if self.actions.len() < MAX_LOG_LINES {
            self.actions
                .push((id, Action { seq, at, action, progress: ActionProgress::default(), end: None }));
        } else {
            self.dropped += 1;
        }
    }

    pub(super) fn action_acted(&mut self, id: EffectId, act: ActionAct) {
        if let Some((_, action)) = self.actions.iter_mut().find(|(action, _)| *action == id) {
            action.progress.note(act);
        }
    }

    pub(super) fn action_settled(&mut self, id: EffectId, end: Option<ActionEnd>) {
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
    pub(super) fn is_metadata_settled(&self) -> bool {
        self.writes.iter().all(|(_, write)| !write.pending)
    }

    /// The request that has waited for its answer for the longest, as `METHOD URL`.
    pub(super) fn oldest_request_in_flight(&self) -> Option<String> {
        let (index, _) = self.http_in_flight.values().min_by_key(|(_, since)| *since)?;
        let HttpEffect { method, url, .. } = self.http.get(*index)?;
        Some(format!("{method} {url}"))
    }

    /// Everything so far, as it was told.
    pub(super) fn effects(&self, now: Instant) -> Effects {
        let mut http = self.http.clone();
        for (index, since) in self.http_in_flight.values() {
            if let Some(effect) = http.get_mut(*index) {
                effect.duration = now.saturating_duration_since(*since);
            }
        }
        let mut logs = self.logs.clone();
        logs.extend(self.actions.iter().map(|(_, action)| {
            let (level, message, meta) = action.action.log_line(action.end.as_ref(), &action.progress);
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
