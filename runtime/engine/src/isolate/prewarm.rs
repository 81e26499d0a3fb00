//! Makes an isolate ready before its run is known: its modules are evaluated, where nobody can tell.

use std::rc::Rc;
use std::sync::Arc;

use onevent_contract::Timings;
use onevent_ops::{BeforeRun, LoadedModules};

use super::clock_reads::{OnClockRead, Reads, WatchedClocks};
use super::execute::Evaluated;
use super::prewarmed::PrewarmKey;
use super::runtime::Isolate;
use super::snapshots::Snapshot;
use super::stop::StopSignal;

/// An isolate whose modules are evaluated.
pub(super) struct Ready {
    pub(super) isolate: Isolate,
    pub(super) evaluated: Evaluated,
    /// How long it took.
    pub(super) timings: Timings,
    /// What it holds.
    pub(super) bytes: u64,
}

/// An isolate that has evaluated these modules. `None` where that failed, or where the function could tell that it happened
/// before its run: it read a clock, has timers, or asked for something that only a run has.
pub(super) async fn prewarm(
    modules: &Arc<LoadedModules>,
    key: &PrewarmKey,
    stop: &Arc<StopSignal>,
    meter: &super::meter::Meter,
) -> Option<Ready> {
    let mut timings = Timings { prewarmed: true, ..Timings::default() };
    let mut moment = meter.now();
    let snapshot = Snapshot::of(modules, key.declares_schemas());
    let mut isolate = Isolate::new(Arc::clone(modules), snapshot, key.limits(), Arc::clone(stop)).ok()?;
    timings.isolate = meter.lap(&mut moment);
    let told = Rc::<BeforeRun>::default();
    isolate.put(Rc::clone(&told));
    let clocks = isolate.watch_clocks(OnClockRead::End)?;
    let namespace = isolate.evaluate().await.ok()?;
    let unseen = !isolate.put_back(clocks)?.clock && isolate.is_at_rest() && !told.needs_run();
    timings.load = meter.lap(&mut moment);
    let bytes = isolate.heap_peak();
    unseen.then_some(Ready { isolate, evaluated: Evaluated { namespace, told }, timings, bytes })
}

impl Isolate {
    pub(super) fn watch_clocks(&mut self, on_clock_read: OnClockRead) -> Option<WatchedClocks> {
        deno_core::scope!(scope, self.runtime);
        WatchedClocks::watch(scope, on_clock_read)
    }

    pub(super) fn put_back(&mut self, clocks: WatchedClocks) -> Option<Reads> {
        deno_core::scope!(scope, self.runtime);
        clocks.put_back(scope)
    }
}
