//! A thread for every job: it makes the isolate, drives it under the watchdog's eyes, and takes it down again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use onevent_contract::{Clock, Limits, ModuleSource};
use onevent_ops::LoadedModules;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::describe::{Asked, describe};
use super::execute::{Reply, execute, execute_fresh};
use super::job::{DescribeEnd, ExecuteEnd, ExecuteJob, NoThread, NotStarted, UnderWay};
use super::keeper;
use super::kept::{Kept, KeptFor};
use super::loaded::LoadedFunctions;
use super::meter::Meter;
use super::prewarm::{Ready, prewarm};
use super::prewarmed::{Order, PrewarmKey, Prewarmed};
use super::snapshots::Snapshot;
use super::stop::StopSignal;
use super::watchdog::Watchdog;
use super::workers::Workers;
use crate::admission::{Admitted, CpuPermits, LoadPlace};

/// Starts jobs on threads.
pub(crate) struct IsolateThreads {
    watchdog: Arc<Watchdog>,
    clock: Arc<dyn Clock>,
    loaded: LoadedFunctions,
    workers: Workers,
    prewarmed: Prewarmed,
    kept: Kept,
    made: AtomicU64,
    cpu: CpuPermits,
}

/// Who describes a function, and whether its isolate may be kept for a run.
pub(crate) struct DescribeJob {
    pub(crate) modules: Arc<[Arc<ModuleSource>]>,
    pub(crate) limits: Limits,
    pub(crate) place: LoadPlace,
    pub(crate) may_run: bool,
}

impl IsolateThreads {
    /// Nothing is started yet.
    pub(crate) fn new(watchdog: Arc<Watchdog>, clock: Arc<dyn Clock>, cpu: CpuPermits) -> Self {
        Self {
            watchdog,
            prewarmed: Prewarmed::new(Arc::clone(&clock)),
            clock,
            loaded: LoadedFunctions::default(),
            workers: Workers::default(),
            kept: Kept::default(),
            made: AtomicU64::new(0),
            cpu,
        }
    }

    /// From now on isolates that wait for a run may hold so much; 0 for none.
    pub(crate) fn allow_prewarmed(&self, bytes: u64) {
        if bytes > 0 {
            keeper::keep();
        }
        self.prewarmed.allow(bytes);
    }

    /// From now on an isolate that has described a function waits for its run.
    pub(crate) fn keep_described(&self) {
        self.kept.want();
    }

    /// How many isolates were made, each for one function.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    fn count_one(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    /// The clock that everything is measured with.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// What isolates share of these modules.
    pub(crate) fn loaded(&self, modules: &Arc<[Arc<ModuleSource>]>) -> Arc<LoadedModules> {
        self.loaded.get(modules)
    }

    /// Evaluates the modules and asks the SDK what they export.
    pub(crate) fn describe(self: &Arc<Self>, job: DescribeJob) -> std::io::Result<UnderWay<DescribeEnd>> {
        let (reply, end) = oneshot::channel();
        let stop = Arc::<StopSignal>::default();
        let (threads, signal) = (Arc::clone(self), Arc::clone(&stop));
        self.workers.run(move || threads.describe_here(job, signal, reply))?;
        Ok(UnderWay { stop, end })
    }

    /// The reply is sent before the isolate is gone, and when a run can take it.
    fn describe_here(
        self: &Arc<Self>,
        job: DescribeJob,
        stop: Arc<StopSignal>,
        reply: oneshot::Sender<DescribeEnd>,
    ) {
        let DescribeJob { modules, limits, place, may_run } = job;
        let alive = keeper::Alive::count();
        let (runtime, mut meter) = match self.equip() {
            Ok(equipped) => equipped,
            Err(error) => return drop(reply.send(Err(error.into()))),
        };
        let _entered = runtime.enter();
        let loaded = self.loaded.get(&modules);
        let snapshot = Snapshot::of(&loaded, false);
        let watch = self.watchdog.watch(meter.watched(&stop, &limits));
        self.count_one();
        let work = describe(loaded, snapshot, &limits, Arc::clone(&stop), &meter);
        let asked = runtime.block_on(self.cpu.computing(meter.waits(), work));
        drop(watch);
        let Asked { end, isolate, run } = asked;
        let run = run.filter(|_| may_run && self.kept.is_wanted() && stop.reason().is_none());
        let (isolate, run) = match (isolate, run) {
            (Some(isolate), Some(run)) => (isolate, run),
            (isolate, _) => {
                stop.end();
                let _ = reply.send(end);
                return drop(isolate);
            }
        };
        // It no longer counts as one that loads, and does not count as one that runs yet.
        place.give_back();
        drop(alive);
        let kept_for = KeptFor { modules, snapshot, heap_bytes: limits.heap_bytes };
        let listed = self.kept.list(kept_for, &stop);
        let _ = reply.send(end);
        let usage = run.usage;
        let ready = run.ready(isolate);
        let Some(order) = runtime.block_on(listed.wait()) else {
            drop(ready);
            // What it held is given back as after a run.
            return drop(keeper::Alive::count());
        };
        meter.resume(usage);
        self.run_ready(&runtime, ready, order, &meter, &stop);
    }

    /// Evaluates the modules and runs `exec`, in an isolate that waits for it or in a new one.
    pub(crate) fn execute(
        self: &Arc<Self>,
        job: ExecuteJob,
        admitted: Admitted,
    ) -> std::io::Result<UnderWay<Result<ExecuteEnd, NotStarted>>> {
        let (reply, end) = oneshot::channel();
        let key = PrewarmKey::of(&job);
        let mut order = Order { job, admitted, reply };
        // A debugger sees the modules being evaluated.
        let is_debugged = order.job.debugger.is_some();
        if let Some((stop, orders)) = self.kept_for(&order.job).filter(|_| !is_debugged) {
            match orders.send(order) {
                Ok(()) => return Ok(UnderWay { stop, end }),
                // Its thread is gone.
                Err(refused) => order = refused,
            }
        }
        if let Some(waiting) = self.prewarmed.take(&key).filter(|_| !is_debugged) {
            let stop = Arc::clone(&waiting.stop);
            match waiting.orders.send(order) {
                Ok(()) => return Ok(UnderWay { stop, end }),
                // Its thread is gone.
                Err(refused) => order = refused,
            }
        }
        let stop = Arc::<StopSignal>::default();
        let (threads, signal) = (Arc::clone(self), Arc::clone(&stop));
        self.workers.run(move || {
            threads.execute_fresh(order, signal);
            threads.stay_for(key);
        })?;
        Ok(UnderWay { stop, end })
    }

    fn kept_for(&self, job: &ExecuteJob) -> Option<(Arc<StopSignal>, oneshot::Sender<Order>)> {
        if !self.kept.is_wanted() {
            return None;
        }
        let loaded = self.loaded.get(&job.modules);
        self.kept.take(job, Snapshot::of(&loaded, job.declares_schemas))
    }

    fn execute_fresh(self: &Arc<Self>, order: Order, stop: Arc<StopSignal>) {
        let Order { job, admitted, reply } = order;
        let modules = self.loaded.get(&job.modules);
        self.on_this_thread(admitted, |equipped| match equipped {
            Ok((runtime, mut meter)) => {
                if job.debugger.is_some() {
                    meter.may_be_held();
                }
                let _watch = self.watchdog.watch(meter.watched(&stop, &job.limits));
                self.count_one();
                let work = execute_fresh(job, modules, stop, &meter, reply);
                runtime.block_on(self.cpu.computing(meter.waits(), work));
            }
            Err(error) => drop(reply.send(Err(error.into()))),
        });
    }

    /// Does `work` with a tokio runtime of its own, and then gives back the place: the isolate is gone by then.
    fn on_this_thread<P>(&self, place: P, work: impl FnOnce(Result<(Runtime, Meter), NoThread>)) {
        let _alive = keeper::Alive::count();
        work(self.equip());
        drop(place);
    }

    /// What a job needs of its thread. deno_core wants a runtime entered before the isolate is made and left after it is
    /// dropped. Each job has its own, so that nothing which one has left there goes on in another.
    fn equip(&self) -> Result<(Runtime, Meter), NoThread> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(|error| NoThread(error.to_string()))?;
        let meter = Meter::start(&self.clock).ok_or_else(|| NoThread("it has no CPU clock".to_owned()))?;
        Ok((runtime, meter))
    }

    /// After a run, this thread makes the next isolate of the same kind ready, and waits for its run.
    fn stay_for(self: &Arc<Self>, key: PrewarmKey) {
        let modules = self.loaded.get(key.modules());
        while let Some(place) = self.prewarmed.place_for(&key, &modules) {
            let Ok((runtime, mut meter)) = self.equip() else { return };
            let _entered = runtime.enter();
            let stop = Arc::<StopSignal>::default();
            let watch = self.watchdog.watch(meter.watched(&stop, key.limits()));
            self.count_one();
            let work = prewarm(&modules, &key, &stop, &meter);
            let ready = runtime.block_on(self.cpu.computing(meter.waits(), work));
            drop(watch);
            let Some(ready) = ready.filter(|_| stop.reason().is_none()) else {
                return modules.never_prewarm();
            };
            let earlier = meter.usage(0);
            let Some(order) = runtime.block_on(place.wait(ready.bytes, &stop)) else {
                drop(ready);
                // What it held is given back as after a run.
                return drop(keeper::Alive::count());
            };
            meter.resume(earlier);
            self.run_ready(&runtime, ready, order, &meter, &stop);
        }
    }

    /// Runs what an isolate has waited for.
    fn run_ready(
        &self,
        runtime: &Runtime,
        ready: Ready,
        order: Order,
        meter: &Meter,
        stop: &Arc<StopSignal>,
    ) {
        let Order { job, admitted, reply } = order;
        let _alive = keeper::Alive::count();
        {
            let _watch = self.watchdog.watch(meter.watched(stop, &job.limits));
            let work = run_ready(ready, job, meter, reply);
            runtime.block_on(self.cpu.computing(meter.waits(), work));
        }
        drop(admitted);
    }
}

async fn run_ready(ready: Ready, job: ExecuteJob, meter: &Meter, reply: Reply) {
    let Ready { mut isolate, evaluated, timings, .. } = ready;
    execute(&mut isolate, Some(evaluated), job, meter, timings, reply).await;
}
