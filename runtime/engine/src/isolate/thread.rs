//! A thread for every job: it makes the isolate, drives it under the watchdog's eyes, and takes it down again.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use deno_core::v8;
use onevent_contract::{
    CallContext, Clock, EffectLog, Frame, Host, Instant, Limits, ModuleSource, SchemaCheck,
};
use onevent_ops::{RunState, Settled};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::watchdog::Watched;
use super::{Interrupted, Isolate, StopSignal, Watchdog};
use crate::platform::ThreadCpuClock;

/// The stack of an isolate's thread. V8 takes about 1 MB of it for JavaScript; the rest is for what it calls.
const STACK_BYTES: usize = 4 * 1024 * 1024;

/// How long the end of a run waits for metadata writes that are under way. Those of a host that takes longer are pending
/// in the report. Less than a second: that is what a run gets whose process was asked to stop.
const LAST_WRITES: Duration = Duration::from_millis(700);

/// What a job used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct JobUsage {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) heap_peak_bytes: u64,
}

/// Leave to have an isolate. The thread holds it, so that an isolate which nobody waits for any more still counts
/// until it is gone.
pub(crate) struct Admission {
    pub(crate) stop: Arc<StopSignal>,
    pub(crate) permit: OwnedSemaphorePermit,
}

/// A function to run.
pub(crate) struct ExecuteJob {
    pub(crate) modules: Arc<[ModuleSource]>,
    pub(crate) limits: Limits,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) call: CallContext,
    /// Where the effects of the run are collected.
    pub(crate) log: Arc<EffectLog>,
    pub(crate) host_runtime: Handle,
    pub(crate) schema: Option<Arc<dyn SchemaCheck>>,
    /// `RunFacts` of `js-sdk/src/ops.ts`.
    pub(crate) facts: Value,
}

/// How a run ended.
pub(crate) struct ExecuteEnd {
    pub(crate) settled: Result<Settled, Interrupted>,
    /// The frames of an exception that never reached the SDK.
    pub(crate) frames: Vec<Frame>,
    pub(crate) usage: JobUsage,
}

/// How a description ended: the SDK's JSON text.
pub(crate) type DescribeEnd = Result<String, Interrupted>;

/// Starts threads for jobs.
pub(crate) struct IsolateThreads {
    pub(crate) watchdog: Watchdog,
    pub(crate) clock: Arc<dyn Clock>,
}

impl IsolateThreads {
    /// Evaluates the modules and asks the SDK what they export.
    pub(crate) fn describe(
        self: &Arc<Self>,
        modules: Arc<[ModuleSource]>,
        limits: Limits,
        admission: Admission,
    ) -> std::io::Result<oneshot::Receiver<DescribeEnd>> {
        self.start("onevent-load", limits, admission, async move |limits, stop| {
            let mut isolate = Isolate::new(modules, limits, stop, None)?;
            let namespace = isolate.evaluate().await?;
            let described = isolate.describe(&namespace);
            isolate.keep_compiled_code().await;
            described
        })
    }

    /// Evaluates the modules and runs `exec`.
    pub(crate) fn execute(
        self: &Arc<Self>,
        job: ExecuteJob,
        admission: Admission,
    ) -> std::io::Result<oneshot::Receiver<ExecuteEnd>> {
        let clock = self.clock.clone();
        let limits = job.limits.clone();
        self.start("onevent-run", limits, admission, async move |limits, stop| {
            execute(job, limits, stop, &*clock).await
        })
    }

    /// Runs `work` on a new thread, inside a tokio runtime of its own, watched.
    fn start<T: Send + 'static>(
        self: &Arc<Self>,
        name: &str,
        limits: Limits,
        admission: Admission,
        work: impl AsyncFnOnce(&Limits, Arc<StopSignal>) -> T + Send + 'static,
    ) -> std::io::Result<oneshot::Receiver<T>> {
        let (send, receive) = oneshot::channel();
        let threads = self.clone();
        std::thread::Builder::new().name(name.into()).stack_size(STACK_BYTES).spawn(move || {
            let Admission { stop, permit: _permit } = admission;
            // deno_core wants a runtime entered before the isolate is made and left after it is dropped.
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else {
                return;
            };
            let Some(cpu_clock) = ThreadCpuClock::of_this_thread() else { return };
            let deadline = threads.clock.monotonic() + limits.wall;
            let watched = Watched { stop: stop.clone(), deadline, cpu_clock, cpu_limit: limits.cpu };
            let _watch = threads.watchdog.watch(watched);
            let end = runtime.block_on(work(&limits, stop.clone()));
            stop.end();
            // Nobody may be waiting any more; then the end is dropped with the channel.
            let _ = send.send(end);
        })?;
        Ok(receive)
    }
}

async fn execute(job: ExecuteJob, limits: &Limits, stop: Arc<StopSignal>, clock: &dyn Clock) -> ExecuteEnd {
    let started: Instant = clock.monotonic();
    let run = Rc::new(RunState::new(job.host, job.call, job.host_runtime, job.schema));
    let mut usage = JobUsage::default();
    let settled = match Isolate::new(job.modules, limits, stop, Some(run.clone())) {
        Ok(mut isolate) => {
            let settled = isolate.run(&job.facts, &run).await;
            usage.heap_peak_bytes = isolate.heap_peak();
            settled
        }
        Err(interrupted) => Err(interrupted),
    };
    usage.wall = clock.elapsed(started);
    usage.cpu = ThreadCpuClock::of_this_thread().and_then(ThreadCpuClock::read).unwrap_or_default();
    // A write that began is made or it is not: the report has to know which. The run's locks may be for it.
    let _ = tokio::time::timeout(LAST_WRITES, job.log.metadata_settled()).await;
    onevent_ops::release_after(&run).await;
    let frames = match &settled {
        Err(Interrupted::Threw(error)) => onevent_ops::project_frames(error),
        _ => Vec::new(),
    };
    ExecuteEnd { settled, frames, usage }
}

impl Isolate {
    /// Calls the SDK's `describe` with the module's namespace.
    fn describe(&mut self, namespace: &v8::Global<v8::Object>) -> Result<String, Interrupted> {
        let described = {
            deno_core::scope!(scope, self.runtime);
            v8::tc_scope!(let scope, scope);
            let describe = v8::Local::new(scope, &self.describe);
            let namespace = v8::Local::new(scope, namespace);
            let undefined = v8::undefined(scope).into();
            describe.call(scope, undefined, &[namespace.into()]).map(|text| text.to_rust_string_lossy(scope))
        };
        self.unless_stopped(
            described.ok_or_else(|| Interrupted::Engine("the module cannot be described".into())),
        )
    }

    /// Evaluates the entry module, calls the SDK's `execute`, and waits for it to settle.
    async fn run(&mut self, facts: &Value, run: &RunState) -> Result<Settled, Interrupted> {
        let namespace = self.evaluate().await?;
        self.call_execute(&namespace, &facts.to_string())?;
        let settled = self.drive(std::future::poll_fn(|cx| run.poll_end(cx))).await?;
        settled.map_err(Interrupted::HostFailed)
    }

    fn call_execute(&mut self, namespace: &v8::Global<v8::Object>, facts: &str) -> Result<(), Interrupted> {
        let called = {
            deno_core::scope!(scope, self.runtime);
            v8::tc_scope!(let scope, scope);
            let execute = v8::Local::new(scope, &self.execute);
            let namespace = v8::Local::new(scope, namespace);
            let undefined = v8::undefined(scope).into();
            v8::String::new(scope, facts)
                .and_then(|facts| execute.call(scope, undefined, &[namespace.into(), facts.into()]))
                .is_some()
        };
        let result =
            if called { Ok(()) } else { Err(Interrupted::Engine("the SDK could not be entered".into())) };
        self.unless_stopped(result)
    }
}
