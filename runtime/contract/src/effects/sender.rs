//! How whoever has an effect tells of it.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::{
    ActionEnd, EffectId, EffectMessage, EffectSink, HttpOutcome, HttpRequest, LogLevel, MetadataWriteKind,
    TriggeredAction, Warning,
};
use crate::{BudgetExceeded, JsonObject, MAX_MADE_SECRET_BYTES, RootBudget, Secret, VersionedMetadata};

/// Sends effects to the log of their run. Cheap to clone.
#[derive(Clone)]
pub struct EffectSender {
    sink: Arc<dyn EffectSink>,
    next_id: Arc<AtomicU64>,
    hidden: Arc<Mutex<Hidden>>,
    budget: RootBudget,
}

/// What was hidden by way of a sender.
#[derive(Default)]
struct Hidden {
    secrets: Vec<Secret>,
    known: HashSet<u64>,
    /// Of those that were made for calls.
    made_bytes: usize,
}

impl EffectSender {
    /// A sender of one run, to where its effects are collected.
    #[must_use]
    pub fn new(sink: Arc<dyn EffectSink>) -> Self {
        Self { sink, next_id: Arc::default(), hidden: Arc::default(), budget: RootBudget::default() }
    }

    /// The same, of a run that draws on this budget.
    #[must_use]
    pub fn within(self, budget: RootBudget) -> Self {
        Self { budget, ..self }
    }

    /// What the run and all that belongs to the same root run draw on.
    #[must_use]
    pub fn budget(&self) -> &RootBudget {
        &self.budget
    }

    /// The same run's effects by way of somebody who listens to them.
    #[must_use]
    pub fn by_way_of(&self, sink: Arc<dyn EffectSink>) -> Self {
        Self { sink, ..self.clone() }
    }

    /// Sends a message.
    pub fn send(&self, message: EffectMessage) {
        self.sink.receive(message);
    }

    /// A log line.
    pub fn log(&self, level: LogLevel, message: String, meta: Option<Value>) {
        self.send(EffectMessage::Log { level, message, meta });
    }

    /// A warning; the same warning twice is kept once.
    pub fn warn(&self, warning: Warning) {
        self.send(EffectMessage::Warning(warning));
    }

    /// Texts that must not appear in the report: a host calls this before it uses or hands out credentials.
    pub fn hide(&self, secrets: impl IntoIterator<Item = Secret>) {
        let secrets: Vec<Secret> = secrets.into_iter().collect();
        if secrets.is_empty() {
            return;
        }
        let mut hidden = self.lock_hidden();
        for secret in &secrets {
            if hidden.known.insert(hash(secret)) {
                hidden.secrets.push(secret.clone());
            }
        }
        drop(hidden);
        self.send(EffectMessage::Hide(secrets));
    }

    /// The same of texts that were made for a call: a function decides how many different ones there are, and each is looked for in
    /// all spellings.
    ///
    /// # Errors
    /// There are too many.
    pub fn hide_made(&self, secrets: impl IntoIterator<Item = Secret>) -> Result<(), BudgetExceeded> {
        let secrets: Vec<Secret> = secrets.into_iter().collect();
        let mut hidden = self.lock_hidden();
        let new = secrets.iter().filter(|secret| !hidden.known.contains(&hash(secret)));
        let bytes = new.map(|secret| secret.reveal().len()).sum::<usize>();
        let used = hidden.made_bytes.saturating_add(bytes);
        if used > MAX_MADE_SECRET_BYTES {
            return Err(BudgetExceeded::Secrets { used });
        }
        hidden.made_bytes = used;
        drop(hidden);
        self.hide(secrets);
        Ok(())
    }

    /// What was hidden so far: another run that this one hands something must not show it either.
    #[must_use]
    pub fn hidden(&self) -> Vec<Secret> {
        self.lock_hidden().secrets.clone()
    }

    fn lock_hidden(&self) -> MutexGuard<'_, Hidden> {
        // Nothing in between can panic.
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request that is sent now.
    #[must_use = "the request is pending until its end is told"]
    pub fn http(&self, request: HttpRequest) -> HttpInFlight {
        let id = self.id();
        self.send(EffectMessage::HttpStarted { id, request });
        HttpInFlight { effects: self.clone(), id }
    }

    /// A metadata write that begins now.
    #[must_use = "the write is pending until its end is told"]
    pub fn metadata_write(&self, kind: MetadataWriteKind) -> MetadataWriteInFlight {
        let id = self.id();
        self.send(EffectMessage::MetadataWriteStarted { id, kind });
        MetadataWriteInFlight { effects: self.clone(), id }
    }

    /// An action that is triggered now.
    #[must_use = "the action is pending until its end is told"]
    pub fn action(&self, action: TriggeredAction) -> ActionInFlight {
        let id = self.id();
        self.send(EffectMessage::ActionStarted { id, action });
        ActionInFlight { effects: self.clone(), id }
    }

    fn id(&self) -> EffectId {
        EffectId(self.next_id.fetch_add(1, Ordering::Relaxed))
    }
}

fn hash(secret: &Secret) -> u64 {
    let mut hasher = DefaultHasher::new();
    secret.reveal().hash(&mut hasher);
    hasher.finish()
}

impl fmt::Debug for EffectSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EffectSender").finish_non_exhaustive()
    }
}

/// A request that was sent. Whoever drops it leaves it pending.
#[derive(Debug)]
pub struct HttpInFlight {
    effects: EffectSender,
    id: EffectId,
}

impl HttpInFlight {
    /// It came to its end.
    pub fn settled(self, outcome: HttpOutcome, duration: Duration) {
        self.effects.send(EffectMessage::HttpSettled { id: self.id, outcome, duration });
    }
}

/// A metadata write that has begun. Whoever drops it leaves it pending.
#[derive(Debug)]
pub struct MetadataWriteInFlight {
    effects: EffectSender,
    id: EffectId,
}

impl MetadataWriteInFlight {
    /// It was made: the metadata is this.
    pub fn written(self, value: JsonObject, version: u64, persisted: bool) {
        self.effects.send(EffectMessage::MetadataWritten { id: self.id, value, version, persisted });
    }

    /// It was not made, because the version was another one.
    pub fn not_written(self) {
        self.effects.send(EffectMessage::MetadataNotWritten { id: self.id });
    }

    /// It failed. The metadata is this now, if that could be read.
    pub fn failed(self, now: VersionedMetadata) {
        let VersionedMetadata { value, version } = now;
        if let Some(value) = value {
            self.effects.send(EffectMessage::MetadataRead { value, version });
        }
        self.not_written();
    }
}

/// An action that was triggered. Whoever drops it leaves it pending.
#[derive(Debug)]
pub struct ActionInFlight {
    effects: EffectSender,
    id: EffectId,
}

impl ActionInFlight {
    /// What names it.
    #[must_use]
    pub fn id(&self) -> EffectId {
        self.id
    }

    /// Its run came to an end.
    pub fn settled(self, end: ActionEnd) {
        self.effects.send(EffectMessage::ActionSettled { id: self.id, end: Some(end) });
    }

    /// It did not start.
    pub fn not_started(self) {
        self.effects.send(EffectMessage::ActionSettled { id: self.id, end: None });
    }
}
