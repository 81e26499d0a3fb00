//! What the ops of one run share with the loop that drives it.

use std::cell::{Cell, OnceCell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use onevent_contract::{CallContext, Clock, Frame, Host, HostError, Instant, SchemaCheck};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::budget::CallBudget;
use crate::calls::{Answer, Calls};
use crate::function_modules::FunctionModules;
use crate::place::ScriptPlace;
use crate::timers::Timers;
use crate::untaken::Untaken;

/// A run's error as the SDK classified it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ThrownError {
    /// The type, in the SDK's words.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code.
    pub code: String,
    /// In words.
    pub message: String,
    /// What Nango calls the payload.
    pub payload: Value,
    /// The HTTP status, as JavaScript has it.
    pub status: f64,
    /// What else it says.
    #[serde(default)]
    pub additional_properties: Option<Value>,
}

/// How `exec` ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Completion {
    /// It returned.
    Returned {
        /// The JSON text of what an action returned.
        output: Option<String>,
    },
    /// It threw.
    Threw {
        /// What.
        error: Box<ThrownError>,
        /// Where.
        frames: Vec<Frame>,
    },
}

/// When the host works for a run.
#[derive(Debug, Clone, Copy, Default)]
struct WithHost {
    /// Calls that are open now.
    open: u32,
    /// Since when at least one is.
    since: Option<Instant>,
    /// Before that.
    spent: Duration,
}

/// A call that the host works on, until it is dropped.
struct Asking<'a>(&'a RunState);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let mut with_host = self.0.with_host.get();
        with_host.open = with_host.open.saturating_sub(1);
        if with_host.open == 0
            && let Some(since) = with_host.since.take()
        {
            with_host.spent += self.0.clock.elapsed(since);
        }
        self.0.with_host.set(with_host);
    }
}

/// Ends what belongs to a run when it is dropped: open calls hold their run, and would keep it for ever.
pub struct EndOnDrop(Rc<RunState>);

impl EndOnDrop {
    /// Of this run.
    #[must_use]
    pub fn new(run: Rc<RunState>) -> Self {
        Self(run)
    }
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// One run's state, reachable from its ops through `OpState`.
pub struct RunState {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) call: CallContext,
    /// Where the host's futures run: connections that it pools must outlive the isolate's own small runtime.
    pub(crate) host_runtime: Handle,
    pub(crate) schema: Option<Arc<dyn SchemaCheck>>,
    pub(crate) settled: RefCell<Option<Completion>>,
    pub(crate) host_failure: RefCell<Option<String>>,
    pub(crate) budget: CallBudget,
    clock: Arc<dyn Clock>,
    /// How long the run has waited for its turn to compute, which is no time of its own.
    waits: Box<dyn Fn() -> Duration>,
    /// Cancelled when the run's thread is lost, which then cannot give up its calls itself.
    abandoned: CancellationToken,
    with_host: Cell<WithHost>,
    /// Whether the run asked for a lock: it may hold some at its end.
    pub(crate) locked: Cell<bool>,
    /// Woken when `settled` or `host_failure` was set.
    pub(crate) waker: RefCell<Option<Waker>>,
    /// Of answers.
    pub(crate) untaken: Untaken,
    /// The calls that wait for an answer.
    pub(crate) calls: Rc<Calls>,
    /// Only in a shared isolate: those of an isolate of its own are deno_core's.
    pub(crate) timers: Timers,
    /// Only in a shared isolate: an isolate of its own has one function.
    modules: OnceCell<Rc<FunctionModules>>,
}

impl RunState {
    /// Of a run that has not begun.
    #[must_use]
    pub fn new(
        host: Arc<dyn Host>,
        call: CallContext,
        host_runtime: Handle,
        schema: Option<Arc<dyn SchemaCheck>>,
        clock: Arc<dyn Clock>,
        abandoned: CancellationToken,
    ) -> Self {
        Self {
            host,
            call,
            host_runtime,
            schema,
            settled: RefCell::default(),
            host_failure: RefCell::default(),
            budget: CallBudget::default(),
            clock,
            waits: Box::new(|| Duration::ZERO),
            abandoned,
            with_host: Cell::default(),
            locked: Cell::default(),
            waker: RefCell::default(),
            untaken: Untaken::default(),
            calls: Rc::default(),
            timers: Timers::default(),
            modules: OnceCell::new(),
        }
    }

    /// The same, for a run in a shared isolate, which holds the modules of many functions.
    #[must_use]
    pub fn in_shared_isolate(self, modules: Rc<FunctionModules>) -> Self {
        let _ = self.modules.set(modules);
        Self { timers: Timers::new(Arc::clone(&self.clock)), ..self }
    }

    /// The same, where the run has to wait for its turn to compute: it is stopped so much later.
    #[must_use]
    pub fn with_waits(self, waits: impl Fn() -> Duration + 'static) -> Self {
        Self { waits: Box::new(waits), ..self }
    }

    /// Who asks, and until when an answer is waited for.
    pub(crate) fn call(&self) -> CallContext {
        let mut call = self.call.clone();
        call.deadline += (self.waits)();
        call
    }

    /// The modules of the run's function, in a shared isolate.
    pub fn modules(&self) -> Option<&Rc<FunctionModules>> {
        self.modules.get()
    }

    /// The next answer to one of the run's calls; `None` where none is open.
    pub fn poll_answer(&self, cx: &mut Context<'_>) -> Poll<Option<Answer>> {
        self.calls.poll(cx)
    }

    /// Where the run waits for the host: the call that has waited for the longest.
    #[must_use]
    pub fn waits_at(&self) -> Option<ScriptPlace> {
        self.calls.waits_at()
    }

    /// Whether the run ever asked the host for something.
    #[must_use]
    pub fn has_asked(&self) -> bool {
        self.calls.have_begun()
    }

    /// The run's timers, in a shared isolate.
    #[must_use]
    pub fn timers(&self) -> &Timers {
        &self.timers
    }

    /// Ends what belongs to the run: its open calls and its timers. None begins any more.
    pub fn end(&self) {
        self.calls.end();
        self.timers.end();
        self.untaken.clear();
    }

    /// Asks the host. Its own failures end the run, so they do not come back from here.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        answer: impl Future<Output = Result<T, HostError>> + Send + 'static,
    ) -> Result<T, HostError> {
        let _open = self.budget.open()?;
        let _turn = self.budget.turn().await;
        // A host's work ends with the call that asked for it.
        let work = self.abandoned.clone().run_until_cancelled_owned(answer);
        let task = AbortOnDropHandle::new(self.host_runtime.spawn(work));
        let _asking = self.asking();
        let message = match task.await {
            Ok(Some(Err(HostError::Internal { message }))) => message,
            Ok(Some(answer)) => return answer,
            Ok(None) => "the run's thread was lost".to_owned(),
            Err(_) => "the host panicked or was shut down".to_owned(),
        };
        self.host_failure.borrow_mut().get_or_insert(message);
        self.wake();
        std::future::pending().await
    }

    fn asking(&self) -> Asking<'_> {
        let mut with_host = self.with_host.get();
        with_host.open += 1;
        with_host.since.get_or_insert_with(|| self.clock.monotonic());
        self.with_host.set(with_host);
        Asking(self)
    }

    /// How long the host has worked on calls of this run, one or many at a time.
    pub fn time_with_host(&self) -> Duration {
        let WithHost { since, spent, .. } = self.with_host.get();
        spent + since.map_or(Duration::ZERO, |since| self.clock.elapsed(since))
    }

    pub(crate) fn settle(&self, settled: Completion) {
        self.settled.borrow_mut().get_or_insert(settled);
        self.wake();
    }

    /// Ready when `exec` settled, or with the message of a failure of the host's own.
    pub fn poll_end(&self, cx: &mut Context<'_>) -> Poll<Result<Completion, String>> {
        if let Some(message) = self.host_failure.take() {
            return Poll::Ready(Err(message));
        }
        if let Some(settled) = self.settled.take() {
            return Poll::Ready(Ok(settled));
        }
        self.waker.replace(Some(cx.waker().clone()));
        Poll::Pending
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
}
