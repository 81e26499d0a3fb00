//! Isolates that have described their function and wait for its run, so that a function that is loaded for one run costs one
//! isolate.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onevent_contract::ModuleSource;
use tokio::sync::oneshot;

use super::job::ExecuteJob;
use super::prewarmed::Order;
use super::snapshots::Snapshot;
use super::stop::StopSignal;

/// How long one waits. What comes between a load and its run are questions to a provider.
const KEPT: Duration = Duration::from_secs(30);

/// As many wait at most: then the one that has waited longest is given back.
const MOST: usize = 4;

/// What a run needs to be the same.
#[derive(Clone)]
pub(super) struct KeptFor {
    pub(super) modules: Arc<[Arc<ModuleSource>]>,
    pub(super) snapshot: Snapshot,
    /// The heap's limit is the isolate's; the others are the run's own.
    pub(super) heap_bytes: u64,
}

struct Waiting {
    number: u64,
    kept_for: KeptFor,
    stop: Arc<StopSignal>,
    orders: oneshot::Sender<Order>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Waiting>,
    next: u64,
}

/// The isolates that wait.
#[derive(Default)]
pub(super) struct Kept {
    is_wanted: AtomicBool,
    state: Arc<Mutex<State>>,
}

impl Kept {
    /// From now on there are some.
    pub(super) fn want(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Relaxed)
    }

    /// The isolate that has described the function of this run, if it waits. Nobody else gets it.
    pub(super) fn take(
        &self,
        job: &ExecuteJob,
        snapshot: Snapshot,
    ) -> Option<(Arc<StopSignal>, oneshot::Sender<Order>)> {
        let mut state = lock(&self.state);
        let fits = |waiting: &Waiting| {
            Arc::ptr_eq(&waiting.kept_for.modules, &job.modules)
                && waiting.kept_for.snapshot == snapshot
                && waiting.kept_for.heap_bytes == job.limits.heap_bytes
        };
        let place = state.waiting.iter().position(fits)?;
        let Waiting { stop, orders, .. } = state.waiting.remove(place);
        Some((stop, orders))
    }

    /// Lists an isolate. From here on a run may take it.
    pub(super) fn list(&self, kept_for: KeptFor, stop: &Arc<StopSignal>) -> Listed {
        let (orders, order) = oneshot::channel();
        let mut state = lock(&self.state);
        let number = state.next;
        state.next += 1;
        if state.waiting.len() == MOST {
            state.waiting.remove(0);
        }
        state.waiting.push(Waiting { number, kept_for, stop: Arc::clone(stop), orders });
        Listed { number, order, state: Arc::clone(&self.state) }
    }
}

/// An isolate that is listed.
pub(super) struct Listed {
    number: u64,
    order: oneshot::Receiver<Order>,
    state: Arc<Mutex<State>>,
}

impl Listed {
    /// The run, if one comes.
    pub(super) async fn wait(mut self) -> Option<Order> {
        if let Ok(order) = tokio::time::timeout(KEPT, &mut self.order).await {
            return order.ok();
        }
        let number = self.number;
        let is_listed = {
            let mut state = lock(&self.state);
            let place = state.waiting.iter().position(|waiting| waiting.number == number);
            place.map(|place| state.waiting.remove(place)).is_some()
        };
        // Where it is not, somebody took it just now, and the run is on the way.
        if is_listed { None } else { self.order.await.ok() }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // Every change of the state is one step, so a panic elsewhere leaves it whole.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
