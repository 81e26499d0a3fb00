//! The effects of one run, collected.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use serde_json::Value;

use super::recorded::Recorded;
use super::{
    EffectMessage, EffectSender, EffectSink, Effects, MAX_LOG_BYTES, MAX_LOG_LINES, NewestMetadata, Warning,
    WarningCode,
};
use crate::{Clock, MAX_WARNINGS};

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

    /// Whether nothing was recorded yet: the run can begin again, and nobody notices.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// How many bytes the texts have that were recorded.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().bytes()
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

    /// The request that has waited for its answer for the longest, as `METHOD URL`, scrubbed.
    #[must_use]
    pub fn oldest_request_in_flight(&self) -> Option<String> {
        let recorded = self.lock();
        recorded.oldest_request_in_flight().map(|request| recorded.hidden.scrub_text(&request))
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
                    "{} log lines, requests or warnings are not in this report: a report keeps {MAX_LOG_LINES} of the first two, {MAX_WARNINGS} warnings, and {MAX_LOG_BYTES} bytes of log",
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
            EffectMessage::ActionActed { id, act } => recorded.action_acted(id, act),
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
