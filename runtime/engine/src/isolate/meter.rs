//! What a job uses of its thread, and of time. Threads work for many jobs, so both are differences.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, Instant, Limits};

use super::stop::StopSignal;
use super::watchdog::{Hanging, Watched, thread_time};
use crate::admission::Waited;
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
    clock: Arc<dyn Clock>,
    started: Instant,
    cpu_clock: ThreadCpuClock,
    cpu_before: Duration,
    /// What the job used before: its isolate was prewarmed.
    earlier: JobUsage,
    /// What it waited for permits to compute: no time of its own.
    waited: Arc<Waited>,
    waited_before: Duration,
}

/// A moment of a job, to measure from.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    at: Instant,
    waited: Duration,
}

impl Meter {
    /// Starts now. `None` if the thread has no CPU clock.
    pub(super) fn start(clock: &Arc<dyn Clock>) -> Option<Self> {
        let cpu_clock = ThreadCpuClock::of_this_thread()?;
        Some(Self {
            clock: Arc::clone(clock),
            started: clock.monotonic(),
            cpu_clock,
            cpu_before: cpu_clock.read()?,
            earlier: JobUsage::default(),
            waited: Arc::default(),
            waited_before: Duration::ZERO,
        })
    }

    /// The same job goes on, after a pause that does not count.
    pub(super) fn resume(&mut self, earlier: JobUsage) {
        self.started = self.clock.monotonic();
        self.waited_before = self.waited.until(self.started);
        self.cpu_before = self.cpu_clock.read().unwrap_or(self.cpu_before);
        self.earlier = earlier;
    }

    /// What was used until now.
    pub(super) fn usage(&self, heap_peak_bytes: u64) -> JobUsage {
        let cpu = self.cpu_clock.read().unwrap_or(self.cpu_before).saturating_sub(self.cpu_before);
        JobUsage {
            wall: self.earlier.wall + self.clock.elapsed(self.started).saturating_sub(self.waited()),
            cpu: self.earlier.cpu + cpu,
            heap_peak_bytes,
        }
    }

    /// The job's time since `moment`, which is then now.
    pub(super) fn lap(&self, moment: &mut Moment) -> Duration {
        let before = std::mem::replace(moment, self.now());
        let passed = moment.at.saturating_duration_since(before.at);
        passed.saturating_sub(moment.waited.saturating_sub(before.waited))
    }

    /// What the job has waited for permits to compute.
    pub(super) fn waited(&self) -> Duration {
        self.waited.until(self.clock.monotonic()).saturating_sub(self.waited_before)
    }

    /// The same, whenever it is asked for.
    pub(super) fn waits_of_the_run(&self) -> impl Fn() -> Duration + 'static {
        let (clock, waited, before) = (Arc::clone(&self.clock), Arc::clone(&self.waited), self.waited_before);
        move || waited.until(clock.monotonic()).saturating_sub(before)
    }

    /// Where that is counted.
    pub(super) fn waits(&self) -> &Arc<Waited> {
        &self.waited
    }

    /// The clock that it reads.
    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Now.
    pub(super) fn now(&self) -> Moment {
        let at = self.clock.monotonic();
        Moment { at, waited: self.waited.until(at) }
    }

    /// The job as the watchdog sees it.
    pub(super) fn watched(&self, stop: &Arc<StopSignal>, limits: &Limits) -> Watched {
        Watched {
            stop: Arc::clone(stop),
            deadline: self.started + limits.wall.saturating_sub(self.earlier.wall),
            waited: Arc::clone(&self.waited),
            waited_before: self.waited_before,
            // What was used earlier was used on this thread.
            cpu: thread_time(self.cpu_clock, self.cpu_before.saturating_sub(self.earlier.cpu)),
            cpu_limit: limits.cpu,
            // Nobody else has this thread.
            hanging: Box::new(|| Hanging::Itself),
        }
    }
}
