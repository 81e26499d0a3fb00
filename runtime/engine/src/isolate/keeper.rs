//! One thread of the process that keeps V8 warm while many isolates come and go, and gives memory back when none does.
//!
//! It holds an isolate that runs nothing: as long as one lives, all others share V8's read-only heap with it, which each
//! would otherwise read from the snapshot anew. A short process is over before that pays.
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

use deno_core::v8::MemoryPressureLevel;
use onevent_contract::Limits;
use onevent_ops::LoadedModules;

use super::allocator;
use super::runtime::Isolate;
use super::snapshots::Snapshot;

/// A process that has made so many isolates will make more.
const WORTH_IT: u64 = 8;

/// After so long without a run, what runs have left is given back. V8 keeps pages of isolates that are gone for the next ones,
/// and the allocator keeps what was freed.
const QUIET: Duration = Duration::from_secs(10);

/// While isolates work, V8 keeps the pages of so many more that have worked at a time at most: about 100 MB.
const MOST_POOLED: usize = 32;

static MADE: AtomicU64 = AtomicU64::new(0);
static ENDED: AtomicU64 = AtomicU64::new(0);
static ALIVE: AtomicUsize = AtomicUsize::new(0);
/// As many worked at a time at most, since memory was given back.
static MOST_ALIVE: AtomicUsize = AtomicUsize::new(0);
/// Whether the thread waits for a run to end, however long that takes.
static PARKED: AtomicBool = AtomicBool::new(false);
static KEEPER: OnceLock<Option<Thread>> = OnceLock::new();

/// Counts one isolate that works, for as long as it is held.
pub(crate) struct Alive;

impl Alive {
    pub(crate) fn count() -> Self {
        let alive = ALIVE.fetch_add(1, Ordering::Relaxed) + 1;
        MOST_ALIVE.fetch_max(alive, Ordering::Relaxed);
        if MADE.fetch_add(1, Ordering::Relaxed) + 1 == WORTH_IT {
            keep();
        }
        Self
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        ENDED.fetch_add(1, Ordering::SeqCst);
        ALIVE.fetch_sub(1, Ordering::SeqCst);
        if PARKED.swap(false, Ordering::SeqCst)
            && let Some(Some(keeper)) = KEEPER.get()
        {
            keeper.unpark();
        }
    }
}

/// Starts the thread, once for the process. Without one everything works, only slower.
pub(super) fn keep() {
    KEEPER.get_or_init(|| {
        allocator::keep_little();
        let thread = std::thread::Builder::new().name("onevent-keeper".into()).spawn(work);
        thread.ok().map(|handle| handle.thread().clone())
    });
}

fn work() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else { return };
    let _entered = runtime.enter();
    let modules = Arc::new(LoadedModules::new(Arc::new([])));
    let limits = Limits::default();
    let Ok(mut isolate) = Isolate::new(modules, Snapshot::WithoutZod, &limits, Arc::default()) else {
        return;
    };
    let mut given_back = 0;
    loop {
        let seen = ENDED.load(Ordering::SeqCst);
        if seen == given_back {
            PARKED.store(true, Ordering::SeqCst);
            // A run that ended just before did not see that.
            if ENDED.load(Ordering::SeqCst) == given_back {
                std::thread::park();
            }
            continue;
        }
        std::thread::park_timeout(QUIET);
        let alive = ALIVE.load(Ordering::SeqCst);
        let is_quiet = alive == 0 && ENDED.load(Ordering::SeqCst) == seen;
        if is_quiet || MOST_ALIVE.load(Ordering::Relaxed) > alive + MOST_POOLED {
            MOST_ALIVE.store(alive, Ordering::Relaxed);
            // V8 gives back the pages of the whole process when it is told so.
            isolate.runtime.v8_isolate().memory_pressure_notification(MemoryPressureLevel::Critical);
            allocator::give_back();
        }
        if is_quiet {
            given_back = seen;
        }
    }
}
