//! One thread that watches the limits of every run: the wall clock, and the CPU clock of each isolate's thread.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onevent_contract::{Clock, Instant};

use super::stop::{StopReason, StopSignal};
use crate::platform::ThreadCpuClock;

/// How often limits are checked while anything runs. A run is stopped at most about this long after its limit, on
/// a machine with a core to spare.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// The limits of one run, as the watchdog sees them.
pub(crate) struct Watched {
    pub(crate) stop: Arc<StopSignal>,
    pub(crate) deadline: Instant,
    pub(crate) cpu_clock: ThreadCpuClock,
    pub(crate) cpu_limit: Duration,
}

impl Watched {
    fn check(&self, now: Instant) {
        if self.stop.reason().is_some() {
            // Still registered, so still running: the last request may have found nothing to interrupt.
            self.stop.press();
            return;
        }
        if now >= self.deadline {
            self.stop.request(StopReason::Wall);
        } else if let Some(used) = self.cpu_clock.read()
            && used > self.cpu_limit
        {
            self.stop.request(StopReason::Cpu { used });
        }
    }
}

#[derive(Default)]
struct State {
    watched: Vec<(u64, Watched)>,
    next: u64,
    closed: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    clock: Arc<dyn Clock>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one step, so a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut state = self.lock();
        while !state.closed {
            if state.watched.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let now = self.clock.monotonic();
            state.watched.iter().for_each(|(_, watched)| watched.check(now));
            state = self.changed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// The watchdog. Its thread ends when it is dropped.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
}

impl Watchdog {
    /// Starts the thread.
    pub(crate) fn start(clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new(), clock });
        let watching = shared.clone();
        std::thread::Builder::new().name("onevent-watchdog".into()).spawn(move || watching.watch())?;
        Ok(Self { shared })
    }

    /// Watches a run until the returned guard is dropped.
    pub(crate) fn watch(&self, watched: Watched) -> WatchGuard {
        let mut state = self.shared.lock();
        let number = state.next;
        state.next += 1;
        state.watched.push((number, watched));
        drop(state);
        self.shared.changed.notify_one();
        WatchGuard { shared: self.shared.clone(), number }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
    }
}

/// Ends the watch over one run.
pub(crate) struct WatchGuard {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for WatchGuard {
    fn drop(&mut self) {
        self.shared.lock().watched.retain(|(number, _)| *number != self.number);
    }
}
