//! What a run does not pay for: the time in which a debugger holds it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onevent_contract::Clock;

use crate::admission::Waited;
use crate::platform::ThreadCpuClock;

/// Counts the time in which a debugger holds a run. It is no time of the run: neither on the wall nor of the CPU, which V8 uses
/// meanwhile for what the debugger evaluates.
pub(crate) struct Held {
    clock: Arc<dyn Clock>,
    waited: Arc<Waited>,
    cpu_clock: ThreadCpuClock,
    cpu: Mutex<Cpu>,
}

#[derive(Default)]
struct Cpu {
    /// Until now, without the time under way.
    total: Duration,
    /// What the thread had used when the debugger took hold of it.
    since: Option<Duration>,
}

impl Held {
    /// Of the thread that has this clock, and waits there.
    pub(crate) fn new(clock: Arc<dyn Clock>, waited: Arc<Waited>, cpu_clock: ThreadCpuClock) -> Arc<Self> {
        Arc::new(Self { clock, waited, cpu_clock, cpu: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Cpu> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.cpu.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The debugger holds the run from now on.
    pub(crate) fn begin(&self) {
        self.waited.hold(self.clock.monotonic());
        let mut cpu = self.lock();
        if cpu.since.is_none() {
            cpu.since = self.cpu_clock.read();
        }
    }

    /// The run goes on.
    pub(crate) fn end(&self) {
        self.waited.let_go(self.clock.monotonic());
        let mut cpu = self.lock();
        let Some(since) = cpu.since.take() else { return };
        cpu.total += self.cpu_clock.read().unwrap_or(since).saturating_sub(since);
    }

    /// What the thread has used of the CPU while it was held.
    pub(crate) fn cpu(&self) -> Duration {
        let cpu = self.lock();
        let now = cpu.since.and_then(|since| Some(self.cpu_clock.read()?.saturating_sub(since)));
        cpu.total + now.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use onevent_contract::SystemClock;

    use super::*;

    fn spin(clock: ThreadCpuClock, time: Duration) {
        let started = clock.read().unwrap();
        while clock.read().unwrap() - started < time {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn only_what_is_used_while_it_is_held_counts() {
        let own = ThreadCpuClock::of_this_thread().unwrap();
        let waited = Arc::<Waited>::default();
        let held = Held::new(Arc::new(SystemClock), Arc::clone(&waited), own);
        spin(own, Duration::from_millis(5));
        assert_eq!(held.cpu(), Duration::ZERO);
        held.begin();
        spin(own, Duration::from_millis(5));
        held.begin();
        assert!(held.cpu() >= Duration::from_millis(5), "the time under way counts, once");
        held.end();
        let (cpu, wall) = (held.cpu(), waited.until(SystemClock.monotonic()));
        spin(own, Duration::from_millis(5));
        held.end();
        assert_eq!((held.cpu(), waited.until(SystemClock.monotonic())), (cpu, wall));
        assert!(wall >= Duration::from_millis(5), "{wall:?}");
    }
}
