//! Whose turn it is: a shared isolate executes code of one run at a time, and everything in between belongs to nobody.
//!
//! Microtasks are run to their end in the turn that made them, so none is left for another's. That makes three things
//! exact: what a run used of the CPU, whom a stop hits, and whose fault it was.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deno_core::v8::IsolateHandle;

use crate::isolate::StopSignal;
use crate::platform::ThreadCpuClock;

/// The turn under way.
struct Turn {
    run: u64,
    stop: Arc<StopSignal>,
    /// What the thread's clock said at its begin.
    began: Duration,
    /// Whether V8 was asked to stop it.
    terminated: bool,
}

/// What became of a turn.
#[derive(Default)]
pub(super) struct Ended {
    /// Whether V8 was asked to stop it.
    pub(super) terminated: bool,
    /// The CPU time that it took.
    pub(super) used: Duration,
}

/// The turns of one isolate.
pub(super) struct Turns {
    clock: ThreadCpuClock,
    isolate: Mutex<Option<IsolateHandle>>,
    current: Mutex<Option<Turn>>,
}

impl Turns {
    pub(super) fn new(clock: ThreadCpuClock) -> Arc<Self> {
        Arc::new(Self { clock, isolate: Mutex::default(), current: Mutex::default() })
    }

    pub(super) fn attach(&self, isolate: IsolateHandle) {
        *self.isolate.lock().unwrap_or_else(PoisonError::into_inner) = Some(isolate);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Turn>> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.clock.read().unwrap_or_default()
    }

    /// Begins a turn of that run.
    pub(super) fn begin(&self, meter: &Meter, stop: &Arc<StopSignal>) {
        *self.lock() =
            Some(Turn { run: meter.run, stop: Arc::clone(stop), began: self.now(), terminated: false });
    }

    /// Ends the turn.
    pub(super) fn end(&self, meter: &Meter) -> Ended {
        let Some(turn) = self.lock().take() else { return Ended::default() };
        let used = self.now().saturating_sub(turn.began);
        meter.add(used);
        if turn.terminated {
            // Under no lock, but after the turn: nobody asks V8 to stop any more.
            if let Some(isolate) = self.isolate.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                isolate.cancel_terminate_execution();
            }
        }
        Ended { terminated: turn.terminated, used }
    }

    /// Asks V8 to stop the run if this is its turn. Otherwise there is nothing to stop: it is told before its next one.
    pub(super) fn terminate(&self, run: u64) {
        let mut current = self.lock();
        if let Some(turn) = current.as_mut().filter(|turn| turn.run == run) {
            turn.terminated = true;
            if let Some(isolate) = self.isolate.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                isolate.terminate_execution();
            }
        }
    }

    /// The stop signal of whose turn it is.
    pub(super) fn current_stop(&self) -> Option<(u64, Arc<StopSignal>)> {
        self.lock().as_ref().map(|turn| (turn.run, Arc::clone(&turn.stop)))
    }

    /// What the turn under way has used, if it is that run's.
    fn under_way(&self, run: u64) -> Duration {
        let began = self.lock().as_ref().filter(|turn| turn.run == run).map(|turn| turn.began);
        began.map_or(Duration::ZERO, |began| self.now().saturating_sub(began))
    }
}

/// What one run used of the CPU: the sum of its turns.
pub(super) struct Meter {
    run: u64,
    turns: Arc<Turns>,
    nanoseconds: AtomicU64,
}

impl Meter {
    pub(super) fn new(run: u64, turns: Arc<Turns>) -> Arc<Self> {
        Arc::new(Self { run, turns, nanoseconds: AtomicU64::new(0) })
    }

    fn add(&self, used: Duration) {
        let nanoseconds = u64::try_from(used.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Whether its turn is under way.
    pub(super) fn is_under_way(&self) -> bool {
        self.turns.lock().as_ref().is_some_and(|turn| turn.run == self.run)
    }

    /// What it has used until now, the turn under way included.
    pub(super) fn read(&self) -> Duration {
        // In this order: a turn that ends in between is counted twice at most for a moment, and never missed.
        let under_way = self.turns.under_way(self.run);
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)) + under_way
    }
}
