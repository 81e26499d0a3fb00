//! A run on its way to its isolate, and what the isolate has of its engine.

use std::sync::Arc;

use onevent_contract::Clock;
use onevent_ops::LoadedModules;
use tokio::sync::oneshot;

use crate::admission::{Admitted, CpuPermits, Waited};
use crate::isolate::{ExecuteEnd, ExecuteJob, NotStarted, StopSignal, Watchdog};

/// A run on its way to its isolate.
pub(super) struct Sent {
    pub(super) job: ExecuteJob,
    pub(super) modules: Arc<LoadedModules>,
    pub(super) stop: Arc<StopSignal>,
    /// Only on its way between two isolates: the one that has the run keeps it.
    pub(super) admitted: Option<Admitted>,
    pub(super) reply: oneshot::Sender<Result<ExecuteEnd, NotStarted>>,
}

/// Sends a run to another isolate.
pub(super) type Resend = Arc<dyn Fn(Sent) + Send + Sync>;

/// What an isolate has of its engine.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) watchdog: Arc<Watchdog>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) cpu: CpuPermits,
    /// What the isolate's thread has waited for permits: no time of its runs.
    pub(super) waited: Arc<Waited>,
    pub(super) resend: Resend,
}
