//! What a job uses of its thread, and of time. Threads work for many jobs, so both are differences.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, Limits};

use super::stop::StopSignal;
use super::watchdog::{CpuTime, Hanging, Watched, thread_time};
use crate::admission::{Moment, OwnTime, Waited};
use crate::inspect::Held;
use crate::platform::ThreadCpuClock;

/// What a job used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct JobUsage {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) heap_peak_bytes: u64,
}

/// Measures one job on the current thread.
pub(super) struct Meter {
    time: OwnTime,
    started: Moment,
    cpu_clock: ThreadCpuClock,
    cpu_before: Duration,
    /// What the job used before: its isolate was prewarmed.
    earlier: JobUsage,
    /// Where it is counted how long a debugger holds the job.
    held: Option<Arc<Held>>,
}

impl Meter {
    /// Starts now. `None` if the thread has no CPU clock.
    pub(super) fn start(clock: &Arc<dyn Clock>) -> Option<Self> {
        let cpu_clock = ThreadCpuClock::of_this_thread()?;
        let cpu_before = cpu_clock.read()?;
        let time = OwnTime::new(Arc::clone(clock), Arc::default());
        Some(Self {
            started: time.now(),
            time,
            cpu_clock,
            cpu_before,
            earlier: JobUsage::default(),
            held: None,
        })
    }

    /// The same job goes on, after a pause that does not count.
    pub(super) fn resume(&mut self, earlier: JobUsage) {
        self.started = self.time.now();
        self.cpu_before = self.cpu_clock.read().unwrap_or(self.cpu_before);
        self.earlier = earlier;
    }

    /// A debugger may hold the job: that is no time of it.
    pub(super) fn may_be_held(&mut self) {
        let waited = Arc::clone(self.time.waits());
        self.held = Some(Held::new(Arc::clone(self.time.clock()), waited, self.cpu_clock));
    }

    /// Where that is counted.
    pub(super) fn held(&self) -> Option<&Arc<Held>> {
        self.held.as_ref()
    }

    /// What was used until now.
    pub(super) fn usage(&self, heap_peak_bytes: u64) -> JobUsage {
        let held = self.held.as_ref().map_or(Duration::ZERO, |held| held.cpu());
        let cpu = self.cpu_clock.read().unwrap_or(self.cpu_before).saturating_sub(self.cpu_before + held);
        JobUsage {
            wall: self.earlier.wall + self.time.since(self.started),
            cpu: self.earlier.cpu + cpu,
            heap_peak_bytes,
        }
    }

    /// The job's time since `moment`, which is then now.
    pub(super) fn lap(&self, moment: &mut Moment) -> Duration {
        self.time.lap(moment)
    }

    /// What the job has waited for permits to compute.
    pub(super) fn waited(&self) -> Duration {
        self.time.waited_since(self.started)
    }

    /// The same, whenever it is asked for.
    pub(super) fn waits_of_the_run(&self) -> impl Fn() -> Duration + 'static {
        self.time.waits_since(self.started)
    }

    /// Where that is counted.
    pub(super) fn waits(&self) -> &Arc<Waited> {
        self.time.waits()
    }

    /// The clock that it reads.
    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        self.time.clock()
    }

    /// Now.
    pub(super) fn now(&self) -> Moment {
        self.time.now()
    }

    fn cpu_time(&self) -> CpuTime {
        // What was used earlier was used on this thread.
        let used = thread_time(self.cpu_clock, self.cpu_before.saturating_sub(self.earlier.cpu));
        match self.held.clone() {
            Some(held) => Box::new(move || Some(used()?.saturating_sub(held.cpu()))),
            None => used,
        }
    }

    /// The job as the watchdog sees it.
    pub(super) fn watched(&self, stop: &Arc<StopSignal>, limits: &Limits) -> Watched {
        Watched {
            stop: Arc::clone(stop),
            deadline: self.started.at + limits.wall.saturating_sub(self.earlier.wall),
            waited: Arc::clone(self.time.waits()),
            waited_before: self.started.waited,
            cpu: self.cpu_time(),
            cpu_limit: limits.cpu,
            // Nobody else has this thread.
            hanging: Box::new(|| Hanging::Itself),
        }
    }
}
