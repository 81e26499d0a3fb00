//! Children, kept and given work.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{EnvironmentName, Limits, ModuleSource};
use onevent_engine::process::{
    ChildEnd, ChildFailure, DescribeElsewhere, DescribeOrder, LoadNumber, Processes, RunElsewhere, RunOrder,
};
use strum::VariantArray as _;
use tokio::time::Instant;

use super::child::{Child, Odd};
use super::nursery::Nursery;
use super::trial::{self, Doors};
use super::work::{Asked, Unfinished, Work};
use crate::attempt::{Attempt, Attempted};
use crate::layer::{Holds, Layer, LayerState};
use crate::require::Require;
use crate::wire::{ModulesNumber, ToChild};

/// How many children may work at once by default; as many again for each level of actions that trigger actions. Each holds some
/// 40 MB.
pub const DEFAULT_MAX_PROCESSES: usize = 32;

/// A child is replaced after so many runs: what a run may have left in it ends with it.
const MOST_RUNS: u32 = 100;

/// How long a child is kept without work.
const KEPT: Duration = Duration::from_secs(30);

/// Where children come from.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// The program to start, with [`WORKER_ARGUMENT`](crate::WORKER_ARGUMENT) as its first argument. It has to call
    /// [`child::main`](crate::child::main).
    pub program: PathBuf,
}

impl Default for PoolOptions {
    /// This program itself, also where its file was replaced meanwhile.
    fn default() -> Self {
        Self { program: PathBuf::from("/proc/self/exe") }
    }
}

/// For whom a child works, for as long as it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owner {
    /// Runs of an environment.
    Environment(EnvironmentName),
    /// One load of a project: its code may be of any environment, and of none.
    Load(LoadNumber),
}

struct Idle {
    child: Child,
    owner: Owner,
    since: Instant,
}

#[derive(Default)]
struct Kept {
    idle: Vec<Idle>,
    /// They have worked for nobody.
    fresh: Vec<Child>,
}

impl Default for WorkerPool {
    /// Children are this program.
    fn default() -> Self {
        Self::new(PoolOptions::default())
    }
}

struct Inner {
    program: PathBuf,
    nursery: OnceLock<Nursery>,
    kept: Mutex<Kept>,
    spare: AtomicUsize,
    requires_all: AtomicBool,
    /// Whether somebody ends idle children.
    is_tended: AtomicBool,
}

/// Children, kept and given work.
#[derive(Clone)]
pub struct WorkerPool(Arc<Inner>);

impl WorkerPool {
    /// No child is started yet.
    #[must_use]
    pub fn new(options: PoolOptions) -> Self {
        Self(Arc::new(Inner {
            program: options.program,
            nursery: OnceLock::new(),
            kept: Mutex::default(),
            spare: AtomicUsize::new(0),
            requires_all: AtomicBool::new(false),
            is_tended: AtomicBool::new(false),
        }))
    }

    /// From now on so many children wait for their first work. For a process that lives long.
    pub fn keep_spare(&self, spare: usize) {
        self.0.spare.store(spare, Ordering::Relaxed);
    }

    /// From now on so much has to hold of what keeps a child.
    pub fn require(&self, require: Require) {
        self.0.requires_all.store(require == Require::Full, Ordering::Relaxed);
    }

    /// What keeps a child here: one is started and asked.
    ///
    /// # Errors
    /// None can be started, or less holds than is required.
    pub async fn layers(&self) -> Result<Vec<LayerState>, ChildFailure> {
        let child = self.start(Limits::DEFAULT_HEAP_BYTES).await?;
        Ok(child.layers.clone())
    }

    /// Tries what no child may do; `None` where an attempt says nothing, because something else went wrong.
    pub async fn attempt(&self, attempt: Attempt, doors: Doors) -> Option<Attempted> {
        let program = self.0.program.clone();
        tokio::task::spawn_blocking(move || trial::attempt(&program, attempt, doors)).await.ok()?
    }

    /// How many children wait for work.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let kept = self.lock();
        kept.idle.len() + kept.fresh.len()
    }

    async fn take(&self, owner: &Owner, heap_bytes: u64) -> Result<Child, ChildFailure> {
        let kept = self.kept_for(owner, heap_bytes);
        if let Some(child) = kept {
            // Less may have been required when it was started.
            self.check(&child)?;
            return Ok(child);
        }
        let child = self.start(heap_bytes).await;
        self.fill(heap_bytes);
        child
    }

    async fn start(&self, heap_bytes: u64) -> Result<Child, ChildFailure> {
        let nursery =
            self.nursery().map_err(|error| ChildFailure::NotStarted { message: error.to_string() })?;
        let child = Child::start(nursery, heap_bytes).await?;
        self.check(&child)?;
        Ok(child)
    }

    /// As much has to hold as is required.
    fn check(&self, child: &Child) -> Result<(), ChildFailure> {
        if self.0.requires_all.load(Ordering::Relaxed) { check(&child.layers) } else { Ok(()) }
    }

    /// What starts children, from the first one on.
    fn nursery(&self) -> io::Result<&Nursery> {
        if let Some(nursery) = self.0.nursery.get() {
            return Ok(nursery);
        }
        let started = Nursery::start(self.0.program.clone())?;
        Ok(self.0.nursery.get_or_init(|| started))
    }

    /// One that waits, if there is one.
    fn kept_for(&self, owner: &Owner, heap_bytes: u64) -> Option<Child> {
        loop {
            let mut kept = self.lock();
            let idle = kept
                .idle
                .iter()
                .rposition(|idle| idle.owner == *owner && idle.child.heap_bytes == heap_bytes);
            let (mut child, is_fresh) = match idle {
                Some(place) => (kept.idle.remove(place).child, false),
                None => {
                    let place = kept.fresh.iter().position(|child| child.heap_bytes == heap_bytes)?;
                    (kept.fresh.remove(place), true)
                }
            };
            drop(kept);
            if is_fresh {
                self.fill(heap_bytes);
            }
            if child.is_alive() {
                return Some(child);
            }
        }
    }

    /// Starts what is missing of the spare children.
    fn fill(&self, heap_bytes: u64) {
        let fresh = self.lock().fresh.len();
        let missing = self.0.spare.load(Ordering::Relaxed).saturating_sub(fresh);
        for _ in 0..missing {
            let pool = self.clone();
            tokio::spawn(async move {
                match pool.start(heap_bytes).await {
                    Ok(child) => {
                        let mut kept = pool.lock();
                        // Others may have been quicker; those for another heap are older.
                        kept.fresh.push(child);
                        let spare = pool.0.spare.load(Ordering::Relaxed);
                        let most = kept.fresh.len().saturating_sub(spare);
                        let surplus: Vec<_> = kept.fresh.drain(..most).collect();
                        drop(kept);
                        drop(surplus);
                    }
                    Err(failure) => tracing::warn!(%failure, "no spare child process"),
                }
            });
        }
    }

    /// A child whose work ended as it should waits for the next.
    fn give_back(&self, child: Child, owner: Owner) {
        if child.orders() >= MOST_RUNS {
            return;
        }
        self.lock().idle.push(Idle { child, owner, since: Instant::now() });
        if self.0.is_tended.swap(true, Ordering::Relaxed) {
            return;
        }
        let pool = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(KEPT / 4).await;
                let Some(inner) = pool.upgrade() else { return };
                if Self(inner).end_idle() {
                    return;
                }
            }
        });
    }

    /// Ends those that had no work for long; whether none is left.
    fn end_idle(&self) -> bool {
        let now = Instant::now();
        let mut kept = self.lock();
        let (ended, idle) = std::mem::take(&mut kept.idle)
            .into_iter()
            .partition::<Vec<_>, _>(|idle| now.duration_since(idle.since) >= KEPT);
        kept.idle = idle;
        let is_empty = kept.idle.is_empty();
        if is_empty {
            // Under the lock: who gives one back from here on begins anew.
            self.0.is_tended.store(false, Ordering::Relaxed);
        }
        drop(kept);
        drop(ended);
        is_empty
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a child its order, hears it to the end, and keeps it if it is as good as before.
    async fn work(&self, job: Job, mut work: Work) -> Result<ChildEnd, ChildFailure> {
        let Job { owner, heap_bytes, modules, what, order } = job;
        let mut child = self.take(&owner, heap_bytes).await?;
        let begun = begin(&mut child, &modules, order);
        let heard = match begun {
            Ok(()) => work.hear(&mut child).await,
            Err(odd) => Err(odd.into()),
        };
        drop(work);
        match heard {
            Ok(end) => {
                if end.leaves_child_whole() {
                    self.give_back(child, owner);
                }
                Ok(end)
            }
            Err(Unfinished::Failed(failure)) => Err(failure),
            Err(Unfinished::Odd(Odd::Gone)) => {
                let failure = child.died(&what).await;
                tracing::warn!(%failure, "a child process died");
                Err(failure)
            }
            Err(Unfinished::Odd(Odd::Broke(how))) => {
                let message = format!("the child process that ran {what} {how}: it was ended");
                tracing::warn!(message, "a child process broke the rules");
                Err(ChildFailure::Crashed { message })
            }
        }
    }
}

/// Every layer has to hold fully.
fn check(layers: &[LayerState]) -> Result<(), ChildFailure> {
    for layer in Layer::VARIANTS {
        let state = layers.iter().find(|state| state.layer == *layer);
        let why = match state.map(|state| &state.holds) {
            Some(Holds::Fully) => continue,
            Some(Holds::Partly(why) | Holds::Not(why)) => why.as_str(),
            None => "the child says nothing of it",
        };
        let message = format!("isolation_require is full, and the layer {layer} does not hold here: {why}");
        return Err(ChildFailure::NotStarted { message });
    }
    Ok(())
}

/// Work for a child.
struct Job {
    owner: Owner,
    heap_bytes: u64,
    modules: Arc<[Arc<ModuleSource>]>,
    /// For people.
    what: String,
    order: Box<dyn FnOnce(ModulesNumber) -> ToChild + Send>,
}

fn begin(
    child: &mut Child,
    modules: &Arc<[Arc<ModuleSource>]>,
    order: Box<dyn FnOnce(ModulesNumber) -> ToChild + Send>,
) -> Result<(), Odd> {
    let number = child.begin(modules)?;
    child.say(&order(number))
}

fn no_modules() -> Arc<[Arc<ModuleSource>]> {
    Arc::new([])
}

#[async_trait]
impl Processes for WorkerPool {
    async fn run(&self, run: RunElsewhere) -> Result<ChildEnd, ChildFailure> {
        let RunElsewhere { order, host, call, schema, stop } = run;
        let work = Work::new(Some(Asked { host, call, schema }), &order.limits, stop);
        let modules = Arc::clone(&order.modules);
        let job = Job {
            owner: Owner::Environment(order.environment.clone()),
            heap_bytes: order.limits.heap_bytes,
            what: order.origin.function.to_string(),
            modules,
            order: Box::new(move |number| {
                ToChild::Run(number, Box::new(RunOrder { modules: no_modules(), ..order }))
            }),
        };
        self.work(job, work).await
    }

    async fn describe(&self, describe: DescribeElsewhere) -> Result<ChildEnd, ChildFailure> {
        let DescribeElsewhere { order, load, stop } = describe;
        let work = Work::new(None, &order.limits, stop);
        let modules = Arc::clone(&order.modules);
        let what = modules.first().map_or_else(|| "a module".to_owned(), |entry| entry.path.clone());
        let job = Job {
            owner: Owner::Load(load),
            heap_bytes: order.limits.heap_bytes,
            what,
            modules,
            order: Box::new(move |number| {
                ToChild::Describe(number, DescribeOrder { modules: no_modules(), ..order })
            }),
        };
        self.work(job, work).await
    }
}
