//! The time of a job, without what its thread waited for permits to compute.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, Instant};

use super::cpu::Waited;

/// Tells the time of jobs on one thread.
#[derive(Clone)]
pub(crate) struct OwnTime {
    clock: Arc<dyn Clock>,
    waited: Arc<Waited>,
}

/// A moment to measure from.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    /// What the thread had waited for permits by then.
    pub(crate) waited: Duration,
}

impl OwnTime {
    /// By this clock, on the thread whose waits are counted there.
    pub(crate) fn new(clock: Arc<dyn Clock>, waited: Arc<Waited>) -> Self {
        Self { clock, waited }
    }

    /// The clock itself.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Where waits are counted.
    pub(crate) fn waits(&self) -> &Arc<Waited> {
        &self.waited
    }

    /// Now.
    pub(crate) fn now(&self) -> Moment {
        let at = self.clock.monotonic();
        Moment { at, waited: self.waited.until(at) }
    }

    /// A job's time since then.
    pub(crate) fn since(&self, mut before: Moment) -> Duration {
        self.lap(&mut before)
    }

    /// The same; `moment` is now afterwards.
    pub(crate) fn lap(&self, moment: &mut Moment) -> Duration {
        let before = std::mem::replace(moment, self.now());
        let passed = moment.at.saturating_duration_since(before.at);
        passed.saturating_sub(moment.waited.saturating_sub(before.waited))
    }

    /// What the thread has waited for permits since then.
    pub(crate) fn waited_since(&self, before: Moment) -> Duration {
        self.now().waited.saturating_sub(before.waited)
    }

    /// The same, whenever it is asked for.
    pub(crate) fn waits_since(&self, before: Moment) -> impl Fn() -> Duration + 'static {
        let own = self.clone();
        move || own.waited_since(before)
    }
}
