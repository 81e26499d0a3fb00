//! A run in a child, as the engine sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    CallContext, Clock, Host, HostAnswer, HostCall, HostError, Instant, Invocation, Limits, ModuleSource,
    Timings,
};
use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::order::{DescribeOrder, RunOrder};
use super::places::Places;
use super::seam::{ChildFailure, DescribeElsewhere, LoadNumber, Processes, RunElsewhere, StopAsked};
use crate::admission::Admitted;
use crate::isolate::{
    DescribeEnd, ExecuteEnd, ExecuteJob, Interrupted, JobUsage, LAST_WRITES, LATE_ANSWER, NotStarted,
    StopReason, StopSignal, UnderWay, hangs,
};

type Ended = Result<ExecuteEnd, NotStarted>;

/// The children of an engine.
pub(crate) struct Elsewhere {
    processes: Arc<dyn Processes>,
    /// A child is more than an isolate.
    places: Places,
    clock: Arc<dyn Clock>,
    loads: AtomicU64,
}

impl Elsewhere {
    /// At most so many children for each depth of actions that trigger actions.
    pub(crate) fn new(processes: Arc<dyn Processes>, most: usize, clock: Arc<dyn Clock>) -> Self {
        Self { processes, places: Places::new(most), clock, loads: AtomicU64::default() }
    }

    /// Names a load that begins.
    pub(crate) fn new_load(&self) -> LoadNumber {
        LoadNumber(self.loads.fetch_add(1, Ordering::Relaxed))
    }

    /// Runs the job in a child.
    pub(crate) fn execute(
        self: &Arc<Self>,
        invocation: Arc<Invocation>,
        job: ExecuteJob,
        admitted: Admitted,
    ) -> UnderWay<Ended> {
        let stop = Arc::<StopSignal>::default();
        let (reply, end) = oneshot::channel();
        let (children, signal) = (Arc::clone(self), Arc::clone(&stop));
        let host_runtime = job.host_runtime.clone();
        host_runtime.spawn(async move {
            let ended = children.run(&invocation, job, &signal).await;
            signal.end();
            let _ = reply.send(ended);
            drop(admitted);
        });
        UnderWay { stop, end }
    }

    /// Evaluates modules in a child, and asks what they declare.
    pub(crate) async fn describe(
        &self,
        load: LoadNumber,
        modules: Arc<[Arc<ModuleSource>]>,
        limits: Limits,
    ) -> DescribeEnd {
        let order = DescribeOrder { limits, modules };
        let stop: StopAsked = Box::pin(std::future::pending());
        match self.processes.describe(DescribeElsewhere { order, load, stop }).await {
            Ok(end) => end.settled.into_description(),
            Err(failure) => Err(interrupted(failure)),
        }
    }

    async fn run(&self, invocation: &Invocation, mut job: ExecuteJob, signal: &StopSignal) -> Ended {
        let asked = Arc::new(Notify::new());
        let pressed = Arc::clone(&asked);
        signal.attach(move || pressed.notify_one());
        let queued = self.clock.monotonic();
        let place = tokio::select! {
            biased;
            () = asked.notified() => return Err(NotStarted::Cancelled),
            place = self.places.of_depth(invocation.depth).acquire_owned() => place,
        };
        let started = self.clock.monotonic();
        let queue = started.saturating_duration_since(queued);
        let before = tokio::select! {
            biased;
            () = asked.notified() => return Err(NotStarted::Cancelled),
            before = metadata(&mut job) => before?,
        };
        // Holding values against schemas takes its time where they are large.
        let asked_for = move || (job.facts(&before), job, before);
        let Ok((facts, job, before)) = tokio::task::spawn_blocking(asked_for).await else {
            return Err(NotStarted::Host("the host panicked or was shut down".to_owned()));
        };
        let facts = match facts {
            Ok(facts) => facts,
            Err(error) => return Ok(self.not_called(before, Interrupted::Refused(error), started)),
        };
        let host = self.clock.elapsed(started);
        let Some(left) = job.limits.wall.checked_sub(host).filter(|left| !left.is_zero()) else {
            return Ok(self.not_called(before, Interrupted::Stopped(StopReason::Wall), started));
        };
        let stop = Box::pin(async move { asked.notified().await });
        let ended = self.in_child(invocation, job, facts, left, stop).await;
        drop(place);
        let (settled, frames, usage, timings) = ended?;
        let usage = JobUsage { wall: self.clock.elapsed(started), ..usage };
        let timings = Timings { queue, host: timings.host + host, ..timings };
        Ok(ExecuteEnd { before, settled, frames, usage, timings })
    }

    async fn in_child(
        &self,
        invocation: &Invocation,
        mut job: ExecuteJob,
        facts: Value,
        left: Duration,
        stop: StopAsked,
    ) -> Result<InChild, NotStarted> {
        let host = Arc::new(Locking { host: Arc::clone(&job.host), locked: AtomicBool::new(false) });
        let order = RunOrder {
            origin: job.call.origin(&*self.clock),
            environment: job.environment.clone(),
            limits: Limits { wall: left, ..job.limits.clone() },
            modules: Arc::clone(&job.modules),
            declares_schemas: job.declares_schemas,
            metadata_schema: invocation.function.metadata_schema.clone(),
            facts,
            nested: job.nested,
        };
        let run = RunElsewhere {
            order,
            host: Arc::clone(&host) as Arc<dyn Host>,
            call: job.call.clone(),
            schema: job.schema.take(),
            stop,
        };
        let ended = self.processes.run(run).await;
        let teardown = self.clock.monotonic();
        // As after a run on a thread: what began is known to be made or not, and nothing stays locked.
        let _ = timeout(LAST_WRITES, job.log.metadata_settled()).await;
        if host.locked.load(Ordering::Acquire) {
            onevent_ops::release_locks(Arc::clone(&job.host), job.call.clone(), &job.host_runtime).await;
        }
        match ended {
            Ok(end) => {
                let (usage, mut timings) = (end.job_usage(), end.timings);
                timings.teardown += self.clock.elapsed(teardown);
                let (settled, frames) = end.settled.into_run()?;
                Ok((settled, frames, usage, timings))
            }
            Err(ChildFailure::NotStarted { message }) => Err(NotStarted::Engine(message)),
            Err(failure) => {
                Ok((Err(interrupted(failure)), Vec::new(), JobUsage::default(), Timings::default()))
            }
        }
    }

    /// The end of a run whose function was not called.
    fn not_called(&self, before: Value, interrupted: Interrupted, started: Instant) -> ExecuteEnd {
        let usage = JobUsage { wall: self.clock.elapsed(started), ..JobUsage::default() };
        let (frames, timings) = (Vec::new(), Timings { host: usage.wall, ..Timings::default() });
        ExecuteEnd { before, settled: Err(interrupted), frames, usage, timings }
    }
}

type InChild =
    (Result<onevent_ops::Completion, Interrupted>, Vec<onevent_contract::Frame>, JobUsage, Timings);

/// The metadata before the run, as far as the run's time reaches.
async fn metadata(job: &mut ExecuteJob) -> Result<Value, NotStarted> {
    match timeout(job.limits.wall + LATE_ANSWER, &mut job.before).await {
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(message))) => Err(NotStarted::Host(message)),
        Ok(Err(_)) => Err(NotStarted::Host("the host panicked or was shut down".to_owned())),
        Err(_) => Err(NotStarted::Host(hangs(&job.limits))),
    }
}

fn interrupted(failure: ChildFailure) -> Interrupted {
    match failure {
        ChildFailure::NotStarted { message } => Interrupted::Engine(message),
        ChildFailure::Crashed { message } => Interrupted::Crashed(message),
        ChildFailure::OutOfMemory => Interrupted::Stopped(StopReason::Heap),
        ChildFailure::Overdue => Interrupted::Stopped(StopReason::Wall),
        ChildFailure::Costly { used } => Interrupted::Stopped(StopReason::Cpu { used }),
        ChildFailure::Stopped => Interrupted::Stopped(StopReason::Cancelled),
        ChildFailure::Host { message } => Interrupted::HostFailed(message),
    }
}

/// The run's host, which remembers whether a lock was asked for: a child that dies releases none.
struct Locking {
    host: Arc<dyn Host>,
    locked: AtomicBool,
}

#[async_trait]
impl Host for Locking {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::AcquireLock { .. } => self.locked.store(true, Ordering::Release),
            HostCall::ReleaseAllLocks => self.locked.store(false, Ordering::Release),
            HostCall::Proxy(_)
            | HostCall::Connection(_)
            | HostCall::Metadata
            | HostCall::WriteMetadata(_)
            | HostCall::Integration(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::TriggerAction(_)
            | HostCall::Fetch(_)
            | HostCall::ReleaseLock { .. }
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. } => {}
        }
        self.host.call(context, call).await
    }
}
