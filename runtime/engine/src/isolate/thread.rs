//! A thread for every job: it makes the isolate, drives it under the watchdog's eyes, and takes it down again.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use deno_core::error::JsError;
use deno_core::v8;
use onevent_contract::{
    CallContext, Clock, EffectLog, Frame, Host, Instant, Limits, ModuleSource, RunError, SchemaCheck,
};
use onevent_ops::{Completion, LoadedModules, RunState};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio_util::task::AbortOnDropHandle;

use super::loaded::LoadedFunctions;
use super::runtime::{Interrupted, Isolate};
use super::stop::{StopReason, StopSignal};
use super::watchdog::{Watchdog, Watched};
use crate::platform::ThreadCpuClock;

/// The stack of an isolate's thread. V8 takes about 1 MB of it for JavaScript; the rest is for what it calls.
const STACK_BYTES: usize = 4 * 1024 * 1024;

/// How long beyond the wall limit the host may take to say what the metadata before the run is. One that takes longer hangs, and
/// the run counts as refused: what hangs is not the function.
const LATE_ANSWER: Duration = Duration::from_millis(250);

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
    pub(crate) modules: Arc<[Arc<ModuleSource>]>,
    pub(crate) limits: Limits,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) call: CallContext,
    /// Where the effects of the run are collected.
    pub(crate) log: Arc<EffectLog>,
    pub(crate) host_runtime: Handle,
    pub(crate) schema: Option<Arc<dyn SchemaCheck>>,
    /// The connection's metadata, on its way from the host.
    pub(crate) before: AbortOnDropHandle<Before>,
    /// What the function is called with.
    pub(crate) facts: Box<Facts>,
}

/// `RunFacts` of `js-sdk/src/ops.ts` with that metadata, or why the function is not called with it.
pub(crate) type Facts = dyn FnOnce(&Value) -> Result<Value, Box<RunError>> + Send;

/// The metadata before the run, or what is wrong with the host.
pub(crate) type Before = Result<Value, String>;

/// Why nothing of a run has happened.
#[derive(Debug)]
pub(crate) enum NotStarted {
    /// There is no isolate.
    Engine(String),
    /// The host could not read the connection.
    Host(String),
    /// Nobody wants it any more.
    Cancelled,
}

/// How a run ended.
pub(crate) struct ExecuteEnd {
    pub(crate) before: Value,
    pub(crate) settled: Result<Completion, Interrupted>,
    /// The frames of an exception that never reached the SDK.
    pub(crate) frames: Vec<Frame>,
    pub(crate) usage: JobUsage,
}

/// Why a thread cannot hold an isolate.
pub(crate) struct NoThread(String);

impl NoThread {
    fn message(&self) -> String {
        format!("the isolate's thread cannot work: {}", self.0)
    }
}

impl From<NoThread> for Interrupted {
    fn from(error: NoThread) -> Self {
        Self::Engine(error.message())
    }
}

impl From<NoThread> for NotStarted {
    fn from(error: NoThread) -> Self {
        Self::Engine(error.message())
    }
}

/// How a description ended: the SDK's JSON text.
pub(crate) type DescribeEnd = Result<String, Interrupted>;

/// Starts threads for jobs.
pub(crate) struct IsolateThreads {
    pub(crate) watchdog: Watchdog,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) loaded: LoadedFunctions,
}

impl IsolateThreads {
    /// Evaluates the modules and asks the SDK what they export.
    pub(crate) fn describe(
        self: &Arc<Self>,
        modules: Arc<[Arc<ModuleSource>]>,
        limits: Limits,
        admission: Admission,
    ) -> std::io::Result<oneshot::Receiver<DescribeEnd>> {
        let modules = self.loaded.get(&modules);
        self.start("onevent-load", limits, admission, async move |limits, stop, _| {
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
    ) -> std::io::Result<oneshot::Receiver<Result<ExecuteEnd, NotStarted>>> {
        let clock = self.clock.clone();
        let limits = job.limits.clone();
        let modules = self.loaded.get(&job.modules);
        self.start("onevent-run", limits, admission, async move |limits, stop, started| {
            execute(job, modules, limits, stop, &*clock, started).await
        })
    }

    /// Runs `work` on a new thread, inside a tokio runtime of its own, watched.
    fn start<T: Send + 'static, E: From<NoThread> + Send + 'static>(
        self: &Arc<Self>,
        name: &str,
        limits: Limits,
        admission: Admission,
        work: impl AsyncFnOnce(&Limits, Arc<StopSignal>, Instant) -> Result<T, E> + Send + 'static,
    ) -> std::io::Result<oneshot::Receiver<Result<T, E>>> {
        let (send, receive) = oneshot::channel();
        let threads = self.clone();
        std::thread::Builder::new().name(name.into()).stack_size(STACK_BYTES).spawn(move || {
            let Admission { stop, permit: _permit } = admission;
            // deno_core wants a runtime entered before the isolate is made and left after it is dropped.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            let (runtime, cpu_clock) = match (runtime, ThreadCpuClock::of_this_thread()) {
                (Ok(runtime), Some(cpu_clock)) => (runtime, cpu_clock),
                (Err(error), _) => return drop(send.send(Err(NoThread(error.to_string()).into()))),
                (_, None) => return drop(send.send(Err(NoThread("it has no CPU clock".to_owned()).into()))),
            };
            let started = threads.clock.monotonic();
            let deadline = started + limits.wall;
            let watched = Watched { stop: stop.clone(), deadline, cpu_clock, cpu_limit: limits.cpu };
            let _watch = threads.watchdog.watch(watched);
            let end = runtime.block_on(work(&limits, stop.clone(), started));
            stop.end();
            // Nobody may be waiting any more; then the end is dropped with the channel.
            let _ = send.send(end);
        })?;
        Ok(receive)
    }
}

async fn execute(
    mut job: ExecuteJob,
    modules: Arc<LoadedModules>,
    limits: &Limits,
    stop: Arc<StopSignal>,
    clock: &dyn Clock,
    started: Instant,
) -> Result<ExecuteEnd, NotStarted> {
    let run = Rc::new(RunState::new(job.host, job.call, job.host_runtime, job.schema));
    let mut isolate = match Isolate::new(modules, limits, stop, Some(run.clone())) {
        Ok(isolate) => isolate,
        Err(Interrupted::Engine(message)) => return Err(NotStarted::Engine(message)),
        Err(other) => return Err(NotStarted::Engine(format!("the isolate could not be made: {other:?}"))),
    };
    // The host has been reading while the isolate was made.
    let mut before = Value::Null;
    let settled = match isolate.wait_for(&mut job.before).await {
        Ok(Ok(Ok(value))) => {
            before = value;
            match (job.facts)(&before) {
                Ok(facts) => isolate.run(&facts, &run).await,
                Err(error) => Err(Interrupted::Refused(error)),
            }
        }
        Ok(Ok(Err(message))) => return Err(NotStarted::Host(message)),
        Ok(Err(_)) => return Err(NotStarted::Host("the host panicked or was shut down".to_owned())),
        Err(Interrupted::Stopped(StopReason::Cancelled)) => return Err(NotStarted::Cancelled),
        Err(Interrupted::Stopped(StopReason::Wall)) => {
            // A host that answers all the same is not to blame: the limit was too short for the isolate.
            if tokio::time::timeout(LATE_ANSWER, &mut job.before).await.is_err() {
                let message = format!("the host did not answer within the run's limit of {:?}", limits.wall);
                return Err(NotStarted::Host(message));
            }
            Err(Interrupted::Stopped(StopReason::Wall))
        }
        Err(interrupted) => Err(interrupted),
    };
    let heap_peak_bytes = isolate.heap_peak();
    drop(isolate);
    let wall = clock.elapsed(started);
    let cpu = ThreadCpuClock::of_this_thread().and_then(ThreadCpuClock::read).unwrap_or_default();
    let usage = JobUsage { wall, cpu, heap_peak_bytes };
    // A write that began is made or it is not: the report has to know which. The run's locks may be for it.
    let _ = tokio::time::timeout(LAST_WRITES, job.log.metadata_settled()).await;
    onevent_ops::release_after(&run).await;
    let frames = match &settled {
        Err(Interrupted::Threw(error)) => onevent_ops::project_frames(error),
        _ => Vec::new(),
    };
    Ok(ExecuteEnd { before, settled, frames, usage })
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
            match describe.call(scope, undefined, &[namespace.into()]) {
                Some(text) => Ok(text.to_rust_string_lossy(scope)),
                None => {
                    let exception = scope.exception();
                    let exception = exception.map(|thrown| JsError::from_v8_exception(scope, thrown));
                    Err(thrown(exception, "the module cannot be described"))
                }
            }
        };
        self.unless_stopped(described)
    }

    /// Evaluates the entry module, calls the SDK's `execute`, and waits for it to settle.
    async fn run(&mut self, facts: &Value, run: &RunState) -> Result<Completion, Interrupted> {
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
            let called = v8::String::new(scope, facts)
                .and_then(|facts| execute.call(scope, undefined, &[namespace.into(), facts.into()]));
            match called {
                Some(_) => Ok(()),
                None => {
                    let exception = scope.exception();
                    let exception = exception.map(|thrown| JsError::from_v8_exception(scope, thrown));
                    Err(thrown(exception, "the SDK could not be entered"))
                }
            }
        };
        self.unless_stopped(called)
    }
}

/// What was thrown, which is of the function's own making; where nothing was, V8 refused the call.
fn thrown(exception: Option<Box<JsError>>, otherwise: &str) -> Interrupted {
    exception.map_or_else(|| Interrupted::Engine(otherwise.to_owned()), Interrupted::Threw)
}
