//! Why a run was stopped: one sticky reason, set from any thread.
//!
//! V8's own flag is not enough: a termination that is requested while no JavaScript is on the stack can vanish, and
//! a parked event loop does not notice one. So the reason is kept here, checked after every call into V8, and
//! every request also wakes the loop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Waker;
use std::thread::Thread;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use onevent_contract::{ErrorType, Limits, RunError, Usage, limit_met};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// Why a run was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// The wall-clock limit.
    Wall,
    /// The CPU limit; with the time used when it was noticed.
    Cpu { used: Duration },
    /// The heap limit.
    Heap,
    /// The budget of `ArrayBuffer`s.
    ArrayBuffers,
    /// Nobody waits for the run any more.
    Cancelled,
    /// Another run filled the isolate that they shared.
    IsolateLost,
}

/// Interrupts what a run executes.
type Interrupt = Box<dyn Fn() + Send + Sync>;

impl StopReason {
    /// The error of a run that was stopped for this reason under these limits, after it had used so much.
    pub(crate) fn error(self, limits: &Limits, usage: &Usage) -> RunError {
        let stopped = |what: &str, name, limit: String, used: String| {
            format!("the run was stopped: {what} ({})", limit_met(name, limit, used))
        };
        // Of a thread that was lost nobody knows how full its heap is; it was full.
        let heap_used = usage.heap_peak_bytes.max(limits.heap_bytes);
        let (kind, message, facts) = match self {
            Self::Wall => {
                let used = usage.wall.max(limits.wall);
                let what = "it took longer than its wall-clock limit";
                (
                    ErrorType::ExecutionTimeout,
                    stopped(what, "limits.wall", format!("{:?}", limits.wall), format!("{used:.1?}")),
                    json!({ "limit": "wall", "limit_ms": milliseconds(limits.wall), "used_ms": milliseconds(used) }),
                )
            }
            Self::Cpu { used } => {
                let what = "it used more CPU time than its limit";
                (
                    ErrorType::CpuLimitExceeded,
                    stopped(what, "limits.cpu", format!("{:?}", limits.cpu), format!("{used:.1?}")),
                    json!({ "limit": "cpu", "limit_ms": milliseconds(limits.cpu), "used_ms": milliseconds(used) }),
                )
            }
            Self::Heap => (
                ErrorType::HeapLimitExceeded,
                stopped(
                    "its heap grew beyond its limit",
                    "limits.heap",
                    limits.heap_bytes.to_string(),
                    heap_used.to_string(),
                ),
                json!({ "limit": "heap", "limit_bytes": limits.heap_bytes, "used_bytes": heap_used }),
            ),
            Self::ArrayBuffers => (
                ErrorType::HeapLimitExceeded,
                stopped(
                    "its ArrayBuffers grew beyond their limit",
                    "limits.heap",
                    limits.heap_bytes.to_string(),
                    "more".to_owned(),
                ),
                json!({ "limit": "array_buffers", "limit_bytes": limits.heap_bytes }),
            ),
            Self::Cancelled => (ErrorType::ScriptAborted, "the run was cancelled".to_owned(), json!({})),
            Self::IsolateLost => (
                ErrorType::IsolateLost,
                "another run filled or blocked the isolate that this one shared with it: nothing is wrong with this one"
                    .to_owned(),
                json!({}),
            ),
        };
        let mut error = RunError::new(kind, message);
        if let (Some(payload), Some(facts)) = (error.payload.as_object_mut(), facts.as_object()) {
            payload.extend(facts.clone());
        }
        error
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A run whose thread did not obey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Why it was stopped.
    pub(crate) reason: StopReason,
    /// What it had used of the CPU.
    pub(crate) cpu: Duration,
}

/// The stop button of one isolate.
#[derive(Default)]
pub(crate) struct StopSignal {
    reason: OnceLock<StopReason>,
    interrupt: Mutex<Option<Interrupt>>,
    waker: AtomicWaker,
    watchdog: OnceLock<Thread>,
    ended: AtomicBool,
    /// Whether the thread has seen the stop.
    noticed: AtomicBool,
    lost: OnceLock<Lost>,
    abandoned: CancellationToken,
}

impl StopSignal {
    /// Connects the signal to what it stops. A stop that came before takes effect now.
    pub(crate) fn attach(&self, interrupt: impl Fn() + Send + Sync + 'static) {
        *self.interrupt.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(interrupt));
        if self.reason.get().is_some() {
            self.press();
        }
    }

    /// Stops the isolate for this reason; the first reason stays.
    pub(crate) fn request(&self, reason: StopReason) {
        let _ = self.reason.set(reason);
        self.press();
        if let Some(watchdog) = self.watchdog.get() {
            watchdog.unpark();
        }
    }

    /// Unparks this thread at every request.
    pub(crate) fn wake_on_request(&self, watchdog: Thread) {
        let _ = self.watchdog.set(watchdog);
    }

    /// Asks V8 again, for the case that the last request found no JavaScript to interrupt.
    pub(crate) fn press(&self) {
        if self.ended.load(Ordering::Acquire) {
            return;
        }
        if let Some(interrupt) = self.interrupt.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            interrupt();
        }
        self.wake();
    }

    /// Lets the run look around.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }

    /// The run is over: from here on nothing is terminated.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    pub(crate) fn reason(&self) -> Option<StopReason> {
        self.reason.get().copied()
    }

    /// The same, asked by the thread that has to stop: it does from here on.
    pub(crate) fn notice(&self) -> Option<StopReason> {
        let reason = self.reason();
        if reason.is_some() {
            self.noticed.store(true, Ordering::Release);
        }
        reason
    }

    /// Whether the thread obeys: it is over, or has seen that it should be.
    pub(crate) fn is_obeyed(&self) -> bool {
        self.noticed.load(Ordering::Acquire) || self.ended.load(Ordering::Acquire)
    }

    /// The thread does not obey: whoever waits for the run is let go, and what the host does for it is given up.
    pub(crate) fn lose(&self, cpu: Duration) {
        if let Some(reason) = self.reason() {
            let _ = self.lost.set(Lost { reason, cpu });
            self.abandoned.cancel();
        }
    }

    /// Whether nobody waits any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.get().is_some()
    }

    /// Waits until the run is lost.
    pub(crate) async fn lost(&self) -> Lost {
        self.abandoned.cancelled().await;
        match self.lost.get() {
            Some(lost) => *lost,
            // It is set before.
            None => std::future::pending().await,
        }
    }

    /// Cancelled when the run is lost.
    pub(crate) fn abandoned(&self) -> CancellationToken {
        self.abandoned.clone()
    }

    /// Wakes this task on the next stop.
    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }
}

/// Stops what nobody waits for any more.
pub(crate) struct StopOnDrop {
    pub(crate) stop: Arc<StopSignal>,
    is_armed: bool,
}

impl StopOnDrop {
    pub(crate) fn new(stop: Arc<StopSignal>) -> Self {
        Self { stop, is_armed: true }
    }

    /// It came to its end.
    pub(crate) fn disarm(mut self) {
        self.is_armed = false;
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        // After the run's end this finds the signal ended, and does nothing.
        if self.is_armed {
            self.stop.request(StopReason::Cancelled);
        }
    }
}
