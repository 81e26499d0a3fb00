//! The thread of a shared isolate: it takes runs, and ends when nobody sends any for a while, or when V8 had to be made to
//! stop.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, Instant, Timings};
use onevent_ops::{LoadedModules, RunState};
use serde_json::Value;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::LocalSet;
use tokio_util::task::AbortOnDropHandle;

use super::load::Load;
use super::modules::RunModules;
use super::realm::Realm;
use super::run::Running;
use super::turns::Meter;
use crate::admission::{Admitted, CpuPermits, Waited};
use crate::isolate::{
    ExecuteEnd, ExecuteJob, Hanging, Interrupted, JobUsage, LAST_WRITES, LATE_ANSWER, NotStarted,
    STACK_BYTES, StopReason, StopSignal, Watchdog, Watched, hangs,
};
use crate::platform::ThreadCpuClock;

/// A shared isolate that has nothing to do for so long ends, and gives its memory back.
const IDLE: Duration = Duration::from_secs(30);

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

/// What a run came to.
enum Worked {
    Ended(Box<Result<ExecuteEnd, NotStarted>>),
    /// Its isolate was lost, and nothing had left it: it can begin again.
    Again(Box<ExecuteJob>),
}

/// A moment of a run, to measure from.
#[derive(Clone, Copy)]
struct Moment {
    at: Instant,
    waited: Duration,
}

/// What is measured of a run.
#[derive(Default)]
struct Measured {
    heap_peak: usize,
    timings: Timings,
}

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

/// Starts the thread.
pub(super) fn start(
    heap_limit: usize,
    load: Arc<Load>,
    mut receive: mpsc::UnboundedReceiver<Sent>,
    around: Surroundings,
) -> std::io::Result<()> {
    std::thread::Builder::new().name("onevent-shared".into()).stack_size(STACK_BYTES).spawn(move || {
        // deno_core wants a runtime entered before the isolate is made and left after it is dropped.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let served = match (runtime, ThreadCpuClock::of_this_thread()) {
            (Ok(runtime), Some(cpu)) => {
                let worker = serve(heap_limit, cpu, &load, &mut receive, around.clone());
                let runs = LocalSet::new();
                // A turn of the thread is one of each run that was woken.
                runtime.block_on(around.cpu.computing(&around.waited, runs.run_until(worker)))
            }
            (Err(error), _) => Err(format!("the isolate's thread cannot work: {error}")),
            (_, None) => Err("the isolate's thread has no CPU clock".to_owned()),
        };
        load.close();
        receive.close();
        while let Ok(mut sent) = receive.try_recv() {
            sent.admitted = load.leave(&sent.stop);
            match &served {
                // They came when it had just ended.
                Ok(()) => (around.resend)(sent),
                Err(message) => drop(sent.reply.send(Err(NotStarted::Engine(message.clone())))),
            }
        }
    })?;
    Ok(())
}

/// What the runs of one isolate have in common.
struct Worker {
    realm: Rc<RefCell<Realm>>,
    load: Arc<Load>,
    around: Surroundings,
    /// Told when a run has ended: the loop, and those that wait for room.
    ended: Notify,
    freed: Notify,
    /// The stop signals of the runs that are here.
    open: RefCell<Vec<Arc<StopSignal>>>,
    /// How many of them have a realm.
    inside: Cell<usize>,
    /// How many have had one and ended, and how many of those when the heap was last collected for somebody who waits.
    gone: Cell<u64>,
    gone_when_collected: Cell<Option<u64>>,
    next: Cell<u64>,
}

/// One of the runs that have a realm, until it is dropped.
struct Inside<'w>(&'w Worker);

impl<'w> Inside<'w> {
    fn of(worker: &'w Worker) -> Self {
        worker.inside.set(worker.inside.get() + 1);
        Self(worker)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.set(self.0.inside.get() - 1);
        self.0.gone.set(self.0.gone.get() + 1);
    }
}

async fn serve(
    heap_limit: usize,
    cpu: ThreadCpuClock,
    load: &Arc<Load>,
    receive: &mut mpsc::UnboundedReceiver<Sent>,
    around: Surroundings,
) -> Result<(), String> {
    let realm = Realm::new(heap_limit, cpu)
        .await
        .map_err(|error| format!("no shared isolate could be made: {error:?}"))?;
    let worker = Rc::new(Worker {
        realm: Rc::new(RefCell::new(realm)),
        load: Arc::clone(load),
        around,
        ended: Notify::new(),
        freed: Notify::new(),
        open: RefCell::default(),
        inside: Cell::default(),
        gone: Cell::default(),
        gone_when_collected: Cell::default(),
        next: Cell::default(),
    });
    loop {
        let sent = tokio::select! {
            biased;
            () = worker.ended.notified() => None,
            sent = tokio::time::timeout(IDLE, receive.recv()) => match sent {
                Ok(None) => break,
                Ok(sent) => sent,
                Err(_) if load.runs() == 0 => break,
                Err(_) => None,
            },
        };
        if let Some(sent) = sent {
            worker.open.borrow_mut().push(Arc::clone(&sent.stop));
            worker.realm.borrow_mut().works(true);
            let worker = Rc::clone(&worker);
            tokio::task::spawn_local(async move { worker.work(sent).await });
        }
        if worker.is_done() {
            break;
        }
    }
    // Those that were on their way are answered by whoever called this.
    load.close();
    while !worker.open.borrow().is_empty() {
        worker.ended.notified().await;
    }
    Ok(())
}

impl Worker {
    fn is_done(&self) -> bool {
        let realm = self.realm.borrow();
        let lost = realm.condition.lost.get();
        if realm.condition.draining.get() || lost {
            self.load.close();
        }
        if lost {
            self.open.borrow().iter().for_each(|stop| stop.wake());
        }
        self.load.is_closed()
    }

    async fn work(self: Rc<Self>, sent: Sent) {
        let Sent { job, modules, stop, reply, .. } = sent;
        let worked = self.execute(job, &modules, &stop).await;
        self.open.borrow_mut().retain(|other| !Arc::ptr_eq(other, &stop));
        let works = !self.open.borrow().is_empty();
        self.realm.borrow_mut().works(works);
        let admitted = self.load.leave(&stop);
        self.ended.notify_one();
        self.freed.notify_waiters();
        match worked {
            Worked::Ended(end) => {
                stop.end();
                drop(admitted);
                // Nobody may be waiting any more; then the end is dropped with the channel.
                let _ = reply.send(*end);
            }
            Worked::Again(job) => (self.around.resend)(Sent { job: *job, modules, stop, admitted, reply }),
        }
    }

    /// Waits until the isolate has room. Runs that others wait for do not, because those hold what they would wait for.
    async fn room(&self, nested: bool) {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if nested || self.inside.get() == 0 || self.has_room() {
                return;
            }
            freed.await;
        }
    }

    fn has_room(&self) -> bool {
        let mut realm = self.realm.borrow_mut();
        let most = realm.heap_limit / 2;
        if realm.used() <= most {
            return true;
        }
        // A collection of the whole heap takes many times as long as a run. Without another run that is gone it would find
        // nothing that V8 has not seen.
        let gone = Some(self.gone.get());
        if self.gone_when_collected.replace(gone) == gone {
            return false;
        }
        realm.runtime.v8_isolate().low_memory_notification();
        realm.used() <= most
    }

    async fn execute(
        &self,
        mut job: ExecuteJob,
        modules: &Arc<LoadedModules>,
        stop: &Arc<StopSignal>,
    ) -> Worked {
        let mut measured = Measured::default();
        let mut moment = self.now();
        self.room(job.nested).await;
        let _inside = Inside::of(self);
        measured.timings.queue = self.lap(&mut moment);
        let Moment { at: started, waited: waited_before } = moment;
        let number = self.next.replace(self.next.get() + 1);
        let turns = Arc::clone(&self.realm.borrow().turns);
        let meter = Meter::new(number, Arc::clone(&turns));
        stop.attach(move || turns.terminate(number));
        let used = Arc::clone(&meter);
        let (load, turns, own) = (Arc::clone(&self.load), Arc::clone(&meter), Arc::clone(stop));
        let hanging = move || match turns.is_under_way() {
            true => {
                load.abandon(&own);
                Hanging::Itself
            }
            false => Hanging::Another,
        };
        let watched = Watched {
            stop: Arc::clone(stop),
            deadline: started + job.limits.wall,
            waited: Arc::clone(&self.around.waited),
            waited_before,
            cpu: Box::new(move || Some(used.read())),
            cpu_limit: job.limits.cpu,
            hanging: Box::new(hanging),
        };
        let _watch = self.around.watchdog.watch(watched);
        let common_js = self.realm.borrow().entries.common_js.clone();
        let modules = Rc::new(RunModules::new(Arc::clone(modules), common_js));
        let run = RunState::new(
            Arc::clone(&job.host),
            job.call.clone(),
            job.host_runtime.clone(),
            job.schema.clone(),
            Arc::clone(&self.around.clock),
            stop.abandoned(),
        )
        .with_waits(self.waits_since(waited_before))
        .in_shared_isolate(Rc::clone(&modules.function));
        let run = Rc::new(run);
        let (before, facts) = match before(&mut job, stop).await {
            Ok((before, facts)) => (before, facts),
            Err(not_started) => return Worked::Ended(Box::new(Err(not_started))),
        };
        measured.timings.host = self.lap(&mut moment);
        let settled = match &facts {
            Ok(facts) => self.run(&run, &modules, &meter, stop, &facts.to_string(), &mut measured).await,
            Err(_) => Err(Interrupted::Engine(String::new())),
        };
        let settled = match facts {
            Ok(facts) if is_lost(&settled) && !stop.is_lost() && !run.has_asked() && job.log.is_empty() => {
                return Worked::Again(Box::new(again(job, before, facts)));
            }
            Ok(_) => settled,
            Err(interrupted) => Err(interrupted),
        };
        let Measured { heap_peak, mut timings } = measured;
        let usage = JobUsage {
            wall: self.around.clock.elapsed(started).saturating_sub(self.waited(waited_before)),
            cpu: meter.read(),
            heap_peak_bytes: heap_peak as u64,
        };
        moment = self.now();
        // A write that began is made or it is not: the report has to know which. The run's locks may be for it.
        let _ = tokio::time::timeout(LAST_WRITES, job.log.metadata_settled()).await;
        onevent_ops::release_after(&run).await;
        timings.teardown = self.lap(&mut moment);
        timings.queue += self.waited(waited_before);
        let frames = match &settled {
            Err(Interrupted::Threw(error)) => onevent_ops::project_frames(error),
            _ => Vec::new(),
        };
        Worked::Ended(Box::new(Ok(ExecuteEnd { before, settled, frames, usage, timings })))
    }

    fn now(&self) -> Moment {
        let at = self.around.clock.monotonic();
        Moment { at, waited: self.around.waited.until(at) }
    }

    /// The time since `moment`, which is then now, without waits for permits.
    fn lap(&self, moment: &mut Moment) -> Duration {
        let before = std::mem::replace(moment, self.now());
        let passed = moment.at.saturating_duration_since(before.at);
        passed.saturating_sub(moment.waited.saturating_sub(before.waited))
    }

    /// What the thread has waited for permits since it had waited so long.
    fn waited(&self, before: Duration) -> Duration {
        self.now().waited.saturating_sub(before)
    }

    /// The same, whenever it is asked for.
    fn waits_since(&self, before: Duration) -> impl Fn() -> Duration + 'static {
        let Surroundings { clock, waited, .. } = self.around.clone();
        move || waited.until(clock.monotonic()).saturating_sub(before)
    }

    async fn run(
        &self,
        run: &Rc<RunState>,
        modules: &Rc<RunModules>,
        meter: &Arc<Meter>,
        stop: &Arc<StopSignal>,
        facts: &str,
        measured: &mut Measured,
    ) -> Result<onevent_ops::Completion, Interrupted> {
        let Measured { heap_peak, timings } = measured;
        let mut moment = self.now();
        let context = self.open(run, modules, meter, stop)?;
        timings.isolate = self.lap(&mut moment);
        let mut running = Running::new(
            &self.realm,
            Rc::clone(run),
            context,
            Arc::clone(meter),
            Arc::clone(stop),
            Arc::clone(&self.around.clock),
        );
        let namespace = running.evaluate().await;
        timings.load = self.lap(&mut moment);
        let idle = moment.waited;
        let ended = match namespace {
            Ok(namespace) => running.execute(&namespace, facts).await,
            Err(interrupted) => Err(interrupted),
        };
        // A thread that is woken waits for its permit before the host's answer is taken.
        let host = run.time_with_host().saturating_sub(self.waited(idle));
        timings.exec = self.lap(&mut moment).saturating_sub(host);
        timings.host += host;
        if ended.is_ok() {
            running.keep_code();
        }
        *heap_peak = running.heap_peak;
        ended
    }

    /// The run pays for its realm, too.
    fn open(
        &self,
        run: &Rc<RunState>,
        modules: &Rc<RunModules>,
        meter: &Arc<Meter>,
        stop: &Arc<StopSignal>,
    ) -> Result<super::context::Context, Interrupted> {
        let mut realm = self.realm.borrow_mut();
        if realm.condition.lost.get() {
            return Err(Interrupted::Stopped(StopReason::IsolateLost));
        }
        let turns = Arc::clone(&realm.turns);
        turns.begin(meter, stop);
        let context = realm.open(run, modules);
        if turns.end(meter) {
            realm.condition.draining.set(true);
        }
        match stop.reason() {
            Some(reason) => {
                if let Ok(context) = context {
                    realm.close(context);
                }
                Err(Interrupted::Stopped(reason))
            }
            None => context,
        }
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
