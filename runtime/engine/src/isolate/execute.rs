//! One run, in an isolate that is its own.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use deno_core::v8;
use onevent_contract::{Limits, Timings};
use onevent_ops::{BeforeRun, Completion, EndOnDrop, LoadedModules, RunState};
use serde_json::Value;
use tokio::sync::oneshot;

use super::job::{ExecuteEnd, ExecuteJob, NotStarted};
use super::meter::Meter;
use super::runtime::{Interrupted, Isolate};
use super::snapshots::Snapshot;
use super::stop::{StopReason, StopSignal};
use crate::admission::Moment;
use crate::inspect::Offered;

/// How long beyond the wall limit the host may take to say what the metadata before the run is. One that takes longer hangs, and
/// the run counts as refused: what hangs is not the function.
pub(crate) const LATE_ANSWER: Duration = Duration::from_millis(250);

/// How long the end of a run waits for metadata writes that are under way. Those of a host that takes longer are pending
/// in the report. Less than a second: that is what a run gets whose process was asked to stop.
pub(crate) const LAST_WRITES: Duration = Duration::from_millis(700);

/// Where the end of a run goes.
pub(super) type Reply = oneshot::Sender<Result<ExecuteEnd, NotStarted>>;

/// The modules of an isolate, evaluated before its run was known.
pub(super) struct Evaluated {
    pub(super) namespace: v8::Global<v8::Object>,
    pub(super) told: Rc<BeforeRun>,
}

/// Makes an isolate and runs the job in it. The reply is sent before the isolate is gone.
pub(super) async fn execute_fresh(
    job: ExecuteJob,
    modules: Arc<LoadedModules>,
    stop: Arc<StopSignal>,
    meter: &Meter,
    reply: Reply,
) {
    let mut timings = Timings::default();
    let mut moment = meter.now();
    let snapshot = Snapshot::of(&modules, job.declares_schemas);
    let made = Isolate::debugged(modules, snapshot, &job.limits, stop, job.debugger.clone());
    timings.isolate = meter.lap(&mut moment);
    match made {
        Ok(mut isolate) => {
            let _offered = offer(&mut isolate, &job, meter).await;
            execute(&mut isolate, None, job, meter, timings, reply).await;
        }
        Err(Interrupted::Engine(message)) => drop(reply.send(Err(NotStarted::Engine(message)))),
        Err(other) => {
            let message = format!("the isolate could not be made: {other:?}");
            drop(reply.send(Err(NotStarted::Engine(message))));
        }
    }
}

/// Lets the job's debugger have the isolate, if it has one.
async fn offer(isolate: &mut Isolate, job: &ExecuteJob, meter: &Meter) -> Option<Offered> {
    let (debugger, held) = (job.debugger.as_deref()?, meter.held()?);
    Some(isolate.offer(debugger, job.call.run_id, job.call.function.clone(), held).await)
}

/// Runs the job in `isolate`, which has run nothing before.
pub(super) async fn execute(
    isolate: &mut Isolate,
    evaluated: Option<Evaluated>,
    mut job: ExecuteJob,
    meter: &Meter,
    mut timings: Timings,
    reply: Reply,
) {
    let state = RunState::new(
        Arc::clone(&job.host),
        job.call.clone(),
        job.host_runtime.clone(),
        job.schema.take(),
        Arc::clone(meter.clock()),
        isolate.stop.abandoned(),
    );
    let run = Rc::new(state.with_waits(meter.waits_of_the_run()));
    let _end = EndOnDrop::new(Rc::clone(&run));
    isolate.put(Rc::clone(&run));
    let mut moment = meter.now();
    // The host has been reading while the isolate was made.
    let before = before(isolate, &mut job, &mut timings, meter, &mut moment).await;
    let (before, settled) = match before {
        Ok(Ok((value, facts))) => {
            (value, run_module(isolate, evaluated, &facts, &run, meter, &mut timings).await)
        }
        Ok(Err((value, interrupted))) => (value, Err(interrupted)),
        Err(not_started) => {
            isolate.stop.end();
            return drop(reply.send(Err(not_started)));
        }
    };
    // From here on nothing of the function goes on, though the isolate is still there.
    isolate.stop.end();
    let stopped_at = isolate.stopped_at(&run);
    run.end();
    let usage = meter.usage(isolate.heap_peak());
    moment = meter.now();
    // A write that began is made or it is not: the report has to know which. The run's locks may be for it.
    let _ = tokio::time::timeout(LAST_WRITES, job.log.metadata_settled()).await;
    onevent_ops::release_after(&run).await;
    timings.teardown = meter.lap(&mut moment);
    timings.queue = meter.waited();
    let frames = match &settled {
        Err(Interrupted::Threw(error)) => onevent_ops::project_frames(error),
        Err(Interrupted::Stopped(_)) => stopped_at.into_iter().collect(),
        _ => Vec::new(),
    };
    // Nobody may be waiting any more; then the end is dropped with the channel.
    let _ = reply.send(Ok(ExecuteEnd { before, settled, frames, usage, timings }));
    isolate.keep_code_of_second_run();
}

type Called = Result<(Value, Value), (Value, Interrupted)>;

/// The metadata before the run, and what the function is called with.
async fn before(
    isolate: &mut Isolate,
    job: &mut ExecuteJob,
    timings: &mut Timings,
    meter: &Meter,
    moment: &mut Moment,
) -> Result<Called, NotStarted> {
    let answer = isolate.wait_for(&mut job.before).await;
    timings.host += meter.lap(moment);
    match answer {
        Ok(Ok(Ok(value))) => match job.facts(&value) {
            Ok(facts) => Ok(Ok((value, facts))),
            Err(error) => Ok(Err((value, Interrupted::Refused(error)))),
        },
        Ok(Ok(Err(message))) => Err(NotStarted::Host(message)),
        Ok(Err(_)) => Err(NotStarted::Host("the host panicked or was shut down".to_owned())),
        Err(Interrupted::Stopped(StopReason::Cancelled)) => Err(NotStarted::Cancelled),
        Err(Interrupted::Stopped(StopReason::Wall)) => {
            // A host that answers all the same is not to blame: the limit was too short for the isolate.
            if tokio::time::timeout(LATE_ANSWER, &mut job.before).await.is_err() {
                return Err(NotStarted::Host(hangs(&job.limits)));
            }
            Ok(Err((Value::Null, Interrupted::Stopped(StopReason::Wall))))
        }
        Err(interrupted) => Ok(Err((Value::Null, interrupted))),
    }
}

/// Says that the host is to blame.
pub(crate) fn hangs(limits: &Limits) -> String {
    format!("the host did not answer within the run's limit of {:?}", limits.wall)
}

async fn run_module(
    isolate: &mut Isolate,
    evaluated: Option<Evaluated>,
    facts: &Value,
    run: &RunState,
    meter: &Meter,
    timings: &mut Timings,
) -> Result<Completion, Interrupted> {
    let mut moment = meter.now();
    let namespace = match evaluated {
        Some(Evaluated { namespace, told }) => {
            told.tell(run);
            namespace
        }
        None => {
            let namespace = isolate.evaluate().await;
            timings.load = meter.lap(&mut moment);
            namespace?
        }
    };
    let idle = meter.waited();
    let settled = isolate.run(&namespace, facts, run).await;
    // A thread that is woken waits for its permit before the host's answer is taken.
    let host = run.time_with_host().saturating_sub(meter.waited().saturating_sub(idle));
    timings.exec = meter.lap(&mut moment).saturating_sub(host);
    timings.host += host;
    settled
}
