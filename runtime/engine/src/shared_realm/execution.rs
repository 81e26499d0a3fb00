//! One run in a shared isolate, from its place to its end.

use std::rc::Rc;
use std::sync::Arc;

use onevent_contract::{Frame, Timings};
use onevent_ops::{LoadedModules, RunState};
use serde_json::Value;
use tokio_util::task::AbortOnDropHandle;

use super::context::Context;
use super::modules::RunModules;
use super::run::Running;
use super::shared_isolate::{Inside, SharedIsolate};
use super::turns::Meter;
use crate::admission::{Moment, OwnTime};
use crate::isolate::{
    ExecuteEnd, ExecuteJob, Hanging, Interrupted, JobUsage, LAST_WRITES, LATE_ANSWER, NotStarted, StopReason,
    StopSignal, Watched, hangs, stopped_at,
};

/// What a run came to.
pub(super) enum Worked {
    Ended(Box<Result<ExecuteEnd, NotStarted>>),
    /// Its isolate was lost, and nothing had left it: it can begin again.
    Again(Box<ExecuteJob>),
}

/// A run that has a place.
struct Execution<'i> {
    isolate: &'i SharedIsolate,
    modules: Rc<RunModules>,
    run: Rc<RunState>,
    meter: Arc<Meter>,
    stop: &'i Arc<StopSignal>,
    time: OwnTime,
    started: Moment,
    timings: Timings,
    heap_peak: usize,
    /// Where the run waited when it was stopped.
    stopped_at: Option<Frame>,
}

/// Executes a run, from when it is here until it has left nothing behind.
pub(super) async fn execute(
    isolate: &SharedIsolate,
    mut job: ExecuteJob,
    modules: &Arc<LoadedModules>,
    stop: &Arc<StopSignal>,
) -> Worked {
    let time = OwnTime::new(Arc::clone(&isolate.around.clock), Arc::clone(&isolate.around.waited));
    let mut moment = time.now();
    isolate.room(job.nested).await;
    let _inside = Inside::of(isolate);
    let timings = Timings { queue: time.lap(&mut moment), ..Timings::default() };
    let number = isolate.next.replace(isolate.next.get() + 1);
    let meter = attach(isolate, number, stop);
    let _watch = isolate.around.watchdog.watch(watched(isolate, &job, &meter, stop, moment));
    let common_js = isolate.realm.borrow().entries.common_js.clone();
    let modules = Rc::new(RunModules::new(Arc::clone(modules), common_js));
    let run = Rc::new(state(&job, &modules, stop, &time, moment));
    let mut execution = Execution {
        isolate,
        modules,
        run,
        meter,
        stop,
        time,
        started: moment,
        timings,
        heap_peak: 0,
        stopped_at: None,
    };
    let (before, facts) = match before(&mut job, stop).await {
        Ok((before, facts)) => (before, facts),
        Err(not_started) => return Worked::Ended(Box::new(Err(not_started))),
    };
    execution.timings.host = execution.time.lap(&mut moment);
    let settled = match facts {
        Ok(facts) => {
            let settled = execution.run(&facts.to_string()).await;
            if is_lost(&settled) && execution.has_left_nothing() && job.log.is_empty() {
                return Worked::Again(Box::new(again(job, before, facts)));
            }
            settled
        }
        Err(interrupted) => Err(interrupted),
    };
    Worked::Ended(Box::new(Ok(execution.end(job, before, settled).await)))
}

/// Gives the stop signal its way to the run's turns, and what counts those.
fn attach(isolate: &SharedIsolate, number: u64, stop: &StopSignal) -> Arc<Meter> {
    let turns = Arc::clone(&isolate.realm.borrow().turns);
    let meter = Meter::new(number, Arc::clone(&turns));
    stop.attach(move || turns.terminate(number));
    meter
}

/// The run as the watchdog sees it.
fn watched(
    isolate: &SharedIsolate,
    job: &ExecuteJob,
    meter: &Arc<Meter>,
    stop: &Arc<StopSignal>,
    started: Moment,
) -> Watched {
    let (load, turns, own) = (Arc::clone(&isolate.load), Arc::clone(meter), Arc::clone(stop));
    let hanging = move || match turns.is_under_way() {
        true => {
            load.abandon(&own);
            Hanging::Itself
        }
        false => Hanging::Another,
    };
    let used = Arc::clone(meter);
    Watched {
        stop: Arc::clone(stop),
        deadline: started.at + job.limits.wall,
        waited: Arc::clone(&isolate.around.waited),
        waited_before: started.waited,
        cpu: Box::new(move || Some(used.read())),
        cpu_limit: job.limits.cpu,
        hanging: Box::new(hanging),
    }
}

/// What ops have of the run.
fn state(
    job: &ExecuteJob,
    modules: &RunModules,
    stop: &StopSignal,
    time: &OwnTime,
    started: Moment,
) -> RunState {
    RunState::new(
        Arc::clone(&job.host),
        job.call.clone(),
        job.host_runtime.clone(),
        job.schema.clone(),
        Arc::clone(time.clock()),
        stop.abandoned(),
    )
    .with_waits(time.waits_since(started))
    .in_shared_isolate(Rc::clone(&modules.function))
}

impl Execution<'_> {
    /// Makes the run's realm, evaluates its modules, and calls the function.
    async fn run(&mut self, facts: &str) -> Result<onevent_ops::Completion, Interrupted> {
        let mut moment = self.time.now();
        let context = self.open()?;
        self.timings.isolate = self.time.lap(&mut moment);
        let mut running = Running::new(
            &self.isolate.realm,
            Rc::clone(&self.run),
            context,
            Arc::clone(&self.meter),
            Arc::clone(self.stop),
            Arc::clone(self.time.clock()),
        );
        let namespace = running.evaluate().await;
        self.timings.load = self.time.lap(&mut moment);
        let idle = moment;
        let ended = match namespace {
            Ok(namespace) => running.execute(&namespace, facts).await,
            Err(interrupted) => Err(interrupted),
        };
        // A thread that is woken waits for its permit before the host's answer is taken.
        let host = self.run.time_with_host().saturating_sub(self.time.waited_since(idle));
        self.timings.exec = self.time.lap(&mut moment).saturating_sub(host);
        self.timings.host += host;
        if ended.is_ok() {
            running.keep_code();
        }
        self.heap_peak = running.heap_peak;
        // Before the run ends with `running`.
        self.stopped_at =
            self.run.waits_at().and_then(|place| stopped_at::frame(&self.modules.function, place));
        ended
    }

    /// The run pays for its realm, too.
    fn open(&self) -> Result<Context, Interrupted> {
        let mut realm = self.isolate.realm.borrow_mut();
        if realm.condition.lost.get() {
            return Err(Interrupted::Stopped(StopReason::IsolateLost));
        }
        let turns = Arc::clone(&realm.turns);
        turns.begin(&self.meter, self.stop);
        let context = realm.open(&self.run, &self.modules);
        if turns.end(&self.meter).terminated {
            realm.condition.draining.set(true);
        }
        match self.stop.reason() {
            Some(reason) => {
                if let Ok(context) = context {
                    realm.close(context);
                }
                Err(Interrupted::Stopped(reason))
            }
            None => context,
        }
    }

    /// Whether nobody could tell that it was begun.
    fn has_left_nothing(&self) -> bool {
        !self.stop.is_lost() && !self.run.has_asked()
    }

    /// What there is to tell of the run, once nothing of it goes on.
    async fn end(
        self,
        job: ExecuteJob,
        before: Value,
        settled: Result<onevent_ops::Completion, Interrupted>,
    ) -> ExecuteEnd {
        let Self { run, meter, time, started, mut timings, heap_peak, stopped_at, .. } = self;
        let usage =
            JobUsage { wall: time.since(started), cpu: meter.read(), heap_peak_bytes: heap_peak as u64 };
        let mut moment = time.now();
        // A write that began is made or it is not: the report has to know which. The run's locks may be for it.
        let _ = tokio::time::timeout(LAST_WRITES, job.log.metadata_settled()).await;
        onevent_ops::release_after(&run).await;
        timings.teardown = time.lap(&mut moment);
        timings.queue += time.waited_since(started);
        let frames = match &settled {
            Err(Interrupted::Threw(error)) => onevent_ops::project_frames(error),
            Err(Interrupted::Stopped(_)) => stopped_at.into_iter().collect(),
            _ => Vec::new(),
        };
        ExecuteEnd { before, settled, frames, usage, timings }
    }
}

fn is_lost(settled: &Result<onevent_ops::Completion, Interrupted>) -> bool {
    matches!(settled, Err(Interrupted::Stopped(StopReason::IsolateLost)))
}

/// The same job, for another isolate: what it is called with is known.
fn again(job: ExecuteJob, before: Value, facts: Value) -> ExecuteJob {
    let known = job.host_runtime.spawn(async move { Ok(before) });
    ExecuteJob { before: AbortOnDropHandle::new(known), facts: Some(Box::new(move |_| Ok(facts))), ..job }
}

/// The metadata before the run, and what the function is called with; or what is wrong with it.
async fn before(
    job: &mut ExecuteJob,
    stop: &StopSignal,
) -> Result<(Value, Result<Value, Interrupted>), NotStarted> {
    match Running::wait_for(stop, &mut job.before).await {
        Ok(Ok(Ok(value))) => {
            let facts = job.facts(&value).map_err(Interrupted::Refused);
            Ok((value, facts))
        }
        Ok(Ok(Err(message))) => Err(NotStarted::Host(message)),
        Ok(Err(_)) => Err(NotStarted::Host("the host panicked or was shut down".to_owned())),
        Err(Interrupted::Stopped(StopReason::Cancelled)) => Err(NotStarted::Cancelled),
        Err(Interrupted::Stopped(StopReason::Wall)) => {
            // A host that answers all the same is not to blame.
            if tokio::time::timeout(LATE_ANSWER, &mut job.before).await.is_err() {
                return Err(NotStarted::Host(hangs(&job.limits)));
            }
            Ok((Value::Null, Err(Interrupted::Stopped(StopReason::Wall))))
        }
        Err(interrupted) => Ok((Value::Null, Err(interrupted))),
    }
}
