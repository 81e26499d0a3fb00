//! What is outside of the nodes: a provider that notes which node asks, and fails now and then; and the operator's app.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{any, post};
use serde_json::Value;

use super::watch::Watch;
use crate::loopback::Loopback;

/// What a run of a function asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Its first request.
    Begin,
    /// Its last one: what it was for.
    End,
}

/// What the provider answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Failed,
}

/// One request of a run.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) at: Duration,
    /// Which node asked.
    pub(super) node: usize,
    pub(super) connection: String,
    pub(super) function: usize,
    /// The idempotency key: the id of the event.
    pub(super) event: String,
    pub(super) attempt: u32,
    pub(super) step: Step,
    pub(super) answer: Answer,
}

/// What was seen, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) calls: Vec<Call>,
    /// Which attempts have begun and not ended, with their nodes.
    open: BTreeMap<(String, u32), usize>,
    /// Which events came to their end at the provider.
    pub(super) done: BTreeSet<String>,
    /// How often the app was told of the creation of each connection.
    pub(super) told: BTreeMap<String, u64>,
    /// Requests that nothing of ours makes.
    pub(super) strange: Vec<String>,
}

#[derive(Clone)]
struct Shared {
    seen: Arc<Mutex<Seen>>,
    watch: Watch,
    failing_percent: u32,
    seed: u64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The provider and the app, on a thread of their own. They stop when dropped.
pub(super) struct Outside {
    server: Loopback,
    shared: Shared,
}

impl Outside {
    pub(super) fn start(watch: Watch, failing_percent: u32, seed: u64) -> io::Result<Self> {
        let shared = Shared { seen: Arc::default(), watch, failing_percent, seed };
        let router = Router::new()
            .route("/node/{node}/{what}", any(provider))
            .route("/webhooks", post(app))
            .with_state(shared.clone());
        Ok(Self { server: Loopback::serve("provider", router)?, shared })
    }

    /// Where it listens, without a slash at the end.
    pub(super) fn url(&self) -> &str {
        self.server.url()
    }

    /// Where a node finds the provider.
    pub(super) fn base_url(&self, node: usize) -> String {
        format!("{}/node/{node}", self.server.url())
    }

    pub(super) fn seen(&self) -> Seen {
        self.shared.lock().clone()
    }

    /// How many attempts each of some nodes is in the middle of.
    pub(super) fn at_work(&self, nodes: &[usize]) -> Vec<usize> {
        let seen = self.shared.lock();
        nodes.iter().map(|node| seen.open.values().filter(|of| *of == node).count()).collect()
    }

    /// How many requests there were, and how many events came to their end.
    pub(super) fn counted(&self) -> (usize, usize) {
        let seen = self.shared.lock();
        (seen.calls.len(), seen.done.len())
    }
}

async fn provider(
    State(shared): State<Shared>,
    Path((node, what)): Path<(usize, String)>,
    headers: HeaderMap,
) -> StatusCode {
    let step = match what.as_str() {
        "begin" => Step::Begin,
        "end" => Step::End,
        // A validation.
        "account" => return StatusCode::OK,
        other => {
            shared.lock().strange.push(format!("node {node} asked for {other}"));
            return StatusCode::NOT_FOUND;
        }
    };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (function, attempt) = (text("x-function").parse(), text("x-attempt").parse());
    let connection = text("authorization").trim_start_matches("Bearer ").to_owned();
    let (Ok(function), Ok(attempt), false) = (function, attempt, connection.is_empty()) else {
        shared.lock().strange.push(format!("node {node} asked for {what} with {headers:?}"));
        return StatusCode::BAD_REQUEST;
    };
    let event = text("idempotency-key").to_owned();
    let answer = match shared.failing_step(&event, attempt) {
        Some(failing) if failing == step => Answer::Failed,
        _ => Answer::Done,
    };
    let mut seen = shared.lock();
    match (step, answer) {
        (Step::Begin, Answer::Done) => {
            seen.open.insert((event.clone(), attempt), node);
        }
        (Step::Begin | Step::End, Answer::Failed) | (Step::End, Answer::Done) => {
            seen.open.remove(&(event.clone(), attempt));
        }
    }
    if (step, answer) == (Step::End, Answer::Done) {
        seen.done.insert(event.clone());
    }
    // Under the lock: the journal's order is the order of its times.
    let at = shared.watch.now();
    seen.calls.push(Call { at, node, connection, function, event, attempt, step, answer });
    match answer {
        Answer::Done => StatusCode::OK,
        Answer::Failed => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl Shared {
    /// Which request of an attempt fails, if one does: always the same one.
    fn failing_step(&self, event: &str, attempt: u32) -> Option<Step> {
        let mut hasher = DefaultHasher::new();
        (self.seed, event, attempt).hash(&mut hasher);
        let hash = hasher.finish();
        let step = if hash.is_multiple_of(2) { Step::Begin } else { Step::End };
        ((hash / 2) % 100 < u64::from(self.failing_percent)).then_some(step)
    }
}

async fn app(State(shared): State<Shared>, body: Bytes) {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut seen = shared.lock();
    if text("operation") == "creation" && body.get("success") == Some(&Value::Bool(true)) {
        *seen.told.entry(text("connectionId")).or_default() += 1;
    }
}
