//! Who may have an isolate, who waits for a place, and who computes.

mod counts;
mod cpu;
mod own_time;
mod patrol;
mod queue;
mod shares;
#[cfg(test)]
mod tests;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onevent_contract::{Clock, Instant, limit_met};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

pub use self::counts::AdmissionFigures;
use self::counts::Counts;
pub(crate) use self::cpu::{CpuPermits, Waited};
pub(crate) use self::own_time::{Moment, OwnTime};
use self::patrol::Caller;
pub(crate) use self::patrol::{Patrol, PatrolCall};
pub(crate) use self::queue::{AdmissionLimits, Asking, NotAdmitted};
use self::queue::{Queue, Ticket, Told};
pub use self::shares::Shares;
use crate::limits::MAX_LOADING_BYTES;
use crate::platform::cores;

/// How many runs may wait for a place by default. Each is some KB; the isolates are what takes memory.
pub const DEFAULT_QUEUE: usize = 1_024;

/// How long a run waits for a place at most by default. Who called for it waits too, and has a timeout of his own.
pub const DEFAULT_QUEUE_WAIT: Duration = Duration::from_secs(10);

/// How a run that waits is told.
type Tell = oneshot::Sender<Result<Admitted, NotAdmitted>>;

struct Shared {
    queue: Mutex<Queue<Tell>>,
    clock: Arc<dyn Clock>,
    counts: Counts,
    caller: Caller,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue<Tell>> {
        // No change of the queue can panic half-way, so a panic elsewhere leaves it whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(self: &Arc<Self>, mut ticket: Ticket) {
        loop {
            let decided = self.lock().free(&ticket, self.clock.monotonic());
            refuse(decided.expired, NotAdmitted::QueueExpired);
            let Some((tell, next)) = decided.takes else { return };
            let admitted = Admitted { ticket: Some(next), shared: Arc::clone(self) };
            match tell.send(Ok(admitted)) {
                // It stopped waiting just now: the next one.
                Err(Ok(mut admitted)) => match admitted.ticket.take() {
                    Some(back) => ticket = back,
                    None => return,
                },
                Ok(()) | Err(Err(_)) => return,
            }
        }
    }
}

fn refuse(waiting: impl IntoIterator<Item = Tell>, why: NotAdmitted) {
    for tell in waiting {
        // It may have stopped waiting.
        let _ = tell.send(Err(why));
    }
}

/// A place among the isolates. The thread holds it, so that an isolate which nobody waits for any more still counts
/// until it is gone.
pub(crate) struct Admitted {
    /// Until it is given back.
    ticket: Option<Ticket>,
    shared: Arc<Shared>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.shared.give_back(ticket);
        }
    }
}

/// What is loaded alone would hold more than all that is loaded at a time may.
#[derive(Debug, Error)]
#[error("it cannot be loaded ({})", limit_met("loading_bytes", most, bytes))]
pub(crate) struct LoadTooLarge {
    most: u64,
    bytes: u64,
}

/// The unit in which room for loading is counted: 1 MiB.
const LOADING_UNIT: u64 = 1024 * 1024;

fn loading_units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(LOADING_UNIT)).unwrap_or(u32::MAX)
}

/// Leave to load a function, for as long as one of its holders has it and none has given it back.
#[derive(Clone)]
pub(crate) struct LoadPlace(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl LoadPlace {
    /// The next one may load, whatever the other holders do.
    pub(crate) fn give_back(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// The places of runs and of loads, and the permits to compute.
#[derive(Clone)]
pub(crate) struct Admission {
    shared: Arc<Shared>,
    limits: AdmissionLimits,
    /// Loads have room of their own, because a run that holds a place may wait for a load. It is of memory: who may compute is
    /// said elsewhere, and some wait for something else.
    loads: Arc<Semaphore>,
    loading_bytes: u64,
    cpu: CpuPermits,
}

impl Admission {
    pub(crate) fn new(limits: AdmissionLimits, clock: Arc<dyn Clock>) -> Self {
        let cores = cores();
        let queue = Mutex::new(Queue::new(limits));
        let (counts, caller) = (Counts::default(), Caller::default());
        Self {
            limits,
            loads: Arc::new(Semaphore::new(loading_units(MAX_LOADING_BYTES) as usize)),
            loading_bytes: MAX_LOADING_BYTES,
            cpu: CpuPermits::for_cores(cores, Arc::clone(&clock)),
            shared: Arc::new(Shared { queue, clock, counts, caller }),
        }
    }

    /// The limits that it holds to.
    pub(crate) fn limits(&self) -> &AdmissionLimits {
        &self.limits
    }

    /// The permits to compute.
    pub(crate) fn cpu(&self) -> &CpuPermits {
        &self.cpu
    }

    /// What has to be looked at from time to time.
    pub(crate) fn patrols(&self) -> Vec<Arc<dyn Patrol>> {
        vec![Arc::new(self.clone()), Arc::new(self.cpu.clone())]
    }

    /// Waits for a place among the isolates. Dropping the future leaves the queue.
    pub(crate) async fn admit(&self, asking: &Asking) -> Result<Admitted, NotAdmitted> {
        let asked = self.ask(asking).await;
        self.shared.counts.count(&asked);
        asked
    }

    async fn ask(&self, asking: &Asking) -> Result<Admitted, NotAdmitted> {
        let shared = &self.shared;
        let (tell, answer) = oneshot::channel();
        let told = shared.lock().ask(asking, shared.clock.monotonic(), tell);
        let number = match told {
            Told::Takes(ticket) => {
                return Ok(Admitted { ticket: Some(ticket), shared: Arc::clone(shared) });
            }
            Told::Refused(why) => return Err(why),
            Told::Waits { number, instead } => {
                refuse(instead, NotAdmitted::OverShare);
                number
            }
        };
        let _waiting = WithdrawOnDrop { shared, number };
        // The patrol ends the wait of those who wait too long.
        shared.caller.call();
        answer.await.unwrap_or(Err(NotAdmitted::QueueExpired))
    }

    /// The place of a process that has one run at a time, and no queue.
    pub(crate) fn only(&self) -> Admitted {
        Admitted { ticket: None, shared: Arc::clone(&self.shared) }
    }

    /// Waits for room to load something that may hold so much.
    ///
    /// # Errors
    /// There is never so much room.
    pub(crate) async fn load(&self, bytes: u64) -> Result<LoadPlace, LoadTooLarge> {
        let most = self.loading_bytes;
        if bytes > most {
            return Err(LoadTooLarge { most, bytes });
        }
        // The semaphore is never closed; without a permit it would only not be counted.
        let permit = self.loads.clone().acquire_many_owned(loading_units(bytes)).await.ok();
        Ok(LoadPlace(Arc::new(Mutex::new(permit))))
    }

    /// What there is to count.
    pub(crate) fn figures(&self) -> AdmissionFigures {
        let (places_taken, queued) = self.shared.lock().counts();
        let (computing, waiting_to_compute) = self.cpu.counts();
        let counts = &self.shared.counts;
        AdmissionFigures {
            places: self.limits.places,
            places_taken,
            queued,
            computing,
            waiting_to_compute,
            admitted: counts.admitted.load(Ordering::Relaxed),
            queue_full: counts.queue_full.load(Ordering::Relaxed),
            queue_expired: counts.queue_expired.load(Ordering::Relaxed),
            over_share: counts.over_share.load(Ordering::Relaxed),
        }
    }
}

impl Patrol for Admission {
    fn look(&self, now: Instant) -> Option<Instant> {
        let (expired, next) = self.shared.lock().expired(now);
        refuse(expired, NotAdmitted::QueueExpired);
        next
    }

    fn attach(&self, call: PatrolCall) {
        self.shared.caller.attach(call);
    }
}

/// A run that waits leaves the queue with its future.
struct WithdrawOnDrop<'s> {
    shared: &'s Arc<Shared>,
    number: u64,
}

impl Drop for WithdrawOnDrop<'_> {
    fn drop(&mut self) {
        let _ = self.shared.lock().withdraw(self.number);
    }
}
