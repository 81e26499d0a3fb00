//! Isolates that wait for their one run. Which of them a run gets is decided here: one of the same function, of the same
//! deployment, environment and limits, and no other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onevent_contract::{Clock, EnvironmentName, FunctionKey, Instant, Limits, ModuleSource};
use onevent_ops::LoadedModules;
use tokio::sync::oneshot;

use super::execute::Reply;
use super::job::ExecuteJob;
use super::stop::StopSignal;
use crate::admission::Admitted;

/// How long an isolate waits for a run before it is given back. A function that ran within this time before is one that an
/// isolate is made ready for.
const KEPT: Duration = Duration::from_secs(30);

/// As many isolates wait for one function at most.
const MOST_OF_ONE: usize = 4;

/// What an isolate holds beside its heap: pages that V8 keeps, its thread's stack, what the engine knows of it.
const BESIDE_HEAP_BYTES: u64 = 2 * 1024 * 1024;

/// What a run needs to be the same for an isolate that waits.
#[derive(Clone)]
pub(super) struct PrewarmKey {
    modules: Arc<[Arc<ModuleSource>]>,
    declares_schemas: bool,
    function: FunctionKey,
    environment: EnvironmentName,
    limits: Limits,
}

impl PrewarmKey {
    /// Of a run.
    pub(super) fn of(job: &ExecuteJob) -> Self {
        Self {
            modules: Arc::clone(&job.modules),
            declares_schemas: job.declares_schemas,
            function: job.call.function.clone(),
            environment: job.environment.clone(),
            limits: job.limits.clone(),
        }
    }

    pub(super) fn modules(&self) -> &Arc<[Arc<ModuleSource>]> {
        &self.modules
    }

    pub(super) fn declares_schemas(&self) -> bool {
        self.declares_schemas
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Modules are the same only if they are the same ones in memory: the key holds them, so no others can come to lie there.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.modules, &other.modules)
            && self.declares_schemas == other.declares_schemas
            && self.function == other.function
            && self.environment == other.environment
            && self.limits == other.limits
    }
}

/// A run for an isolate.
pub(super) struct Order {
    pub(super) job: ExecuteJob,
    pub(super) admitted: Admitted,
    pub(super) reply: Reply,
}

/// An isolate that waits.
pub(super) struct Waiting {
    number: u64,
    key: PrewarmKey,
    pub(super) stop: Arc<StopSignal>,
    pub(super) orders: oneshot::Sender<Order>,
}

/// A place that an isolate takes which waits, or is made ready to.
struct Taken {
    number: u64,
    modules: usize,
    bytes: u64,
}

/// When a function ran.
struct Recent {
    /// So that its address stays its own.
    _modules: Arc<[Arc<ModuleSource>]>,
    last: Instant,
    /// Whether the run before was not long ago.
    again: bool,
}

#[derive(Default)]
struct State {
    waiting: Vec<Waiting>,
    taken: Vec<Taken>,
    recent: HashMap<usize, Recent>,
    looked_through: Option<Instant>,
    next: u64,
}

struct Shared {
    state: Mutex<State>,
    /// What they may hold together; 0: there are none.
    most_bytes: AtomicU64,
    clock: Arc<dyn Clock>,
}

impl Shared {
    fn most_bytes(&self) -> u64 {
        self.most_bytes.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one step, so a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The isolates that wait.
pub(super) struct Prewarmed(Arc<Shared>);

fn address(modules: &Arc<[Arc<ModuleSource>]>) -> usize {
    Arc::as_ptr(modules).cast::<()>() as usize
}

impl Prewarmed {
    /// None may wait yet.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), most_bytes: AtomicU64::new(0), clock }))
    }

    /// From now on those that wait may hold so much together.
    pub(super) fn allow(&self, most_bytes: u64) {
        self.0.most_bytes.store(most_bytes, Ordering::Relaxed);
    }

    /// An isolate for a run that begins. Nobody else gets it.
    pub(super) fn take(&self, key: &PrewarmKey) -> Option<Waiting> {
        if self.0.most_bytes() == 0 {
            return None;
        }
        let now = self.0.clock.monotonic();
        let mut state = self.0.lock();
        state.note_run(key, now);
        // The one that came last: the others may soon be given back.
        let place = state.waiting.iter().rposition(|waiting| waiting.key.is(key))?;
        let waiting = state.waiting.swap_remove(place);
        state.leave(waiting.number);
        Some(waiting)
    }

    /// A place for one more isolate of this kind: for functions that run again and again, as long as there is memory.
    pub(super) fn place_for(&self, key: &PrewarmKey, modules: &LoadedModules) -> Option<Place> {
        let shared = &self.0;
        let most_bytes = shared.most_bytes();
        if most_bytes == 0 || modules.is_never_prewarmed() {
            return None;
        }
        let now = shared.clock.monotonic();
        let mut state = shared.lock();
        let address = address(&key.modules);
        let is_used = |recent: &Recent| recent.again && now.saturating_duration_since(recent.last) < KEPT;
        if !state.recent.get(&address).is_some_and(is_used) {
            return None;
        }
        let of_one = state.taken.iter().filter(|taken| taken.modules == address).count();
        if of_one >= MOST_OF_ONE || state.bytes() + BESIDE_HEAP_BYTES > most_bytes {
            return None;
        }
        let number = state.next;
        state.next += 1;
        state.taken.push(Taken { number, modules: address, bytes: BESIDE_HEAP_BYTES });
        drop(state);
        Some(Place { shared: Arc::clone(shared), number, key: key.clone() })
    }
}

impl State {
    fn note_run(&mut self, key: &PrewarmKey, now: Instant) {
        let is_recent = |recent: &Recent| now.saturating_duration_since(recent.last) < KEPT;
        if self.looked_through.is_none_or(|then| now.saturating_duration_since(then) >= KEPT) {
            self.recent.retain(|_, recent| is_recent(recent));
            self.looked_through = Some(now);
        }
        let again = self.recent.get(&address(&key.modules)).is_some_and(is_recent);
        let recent = Recent { _modules: Arc::clone(&key.modules), last: now, again };
        self.recent.insert(address(&key.modules), recent);
    }

    fn bytes(&self) -> u64 {
        self.taken.iter().map(|taken| taken.bytes).sum()
    }

    /// Nothing waits there any more.
    fn leave(&mut self, number: u64) {
        self.taken.retain(|taken| taken.number != number);
    }
}

/// A place, for one isolate.
pub(super) struct Place {
    shared: Arc<Shared>,
    number: u64,
    key: PrewarmKey,
}

impl Place {
    /// Waits for a run. `None` if none comes, or if the isolate holds too much.
    pub(super) async fn wait(self, heap_bytes: u64, stop: &Arc<StopSignal>) -> Option<Order> {
        let (orders, mut order) = oneshot::channel();
        {
            let mut state = self.shared.lock();
            let others = state.bytes().saturating_sub(BESIDE_HEAP_BYTES);
            let bytes = heap_bytes.saturating_add(BESIDE_HEAP_BYTES);
            if others.saturating_add(bytes) > self.shared.most_bytes() {
                return None;
            }
            let number = self.number;
            state
                .taken
                .iter_mut()
                .filter(|taken| taken.number == number)
                .for_each(|taken| taken.bytes = bytes);
            state.waiting.push(Waiting { number, key: self.key.clone(), stop: Arc::clone(stop), orders });
        }
        match tokio::time::timeout(KEPT, &mut order).await {
            Ok(order) => order.ok(),
            Err(_) => {
                let listed = {
                    let mut state = self.shared.lock();
                    let place = state.waiting.iter().position(|waiting| waiting.number == self.number);
                    place.map(|place| state.waiting.swap_remove(place))
                };
                match listed {
                    Some(_) => None,
                    // Somebody took it just now, and the run is on the way.
                    None => order.await.ok(),
                }
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.waiting.retain(|waiting| waiting.number != self.number);
        state.leave(self.number);
    }
}
