//! The public face: load projects, run functions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onevent_contract::{
    CallContext, Clock, CompletedRun, EffectLog, Function, FunctionKey, FunctionKind, Host, Invocation,
    LimitsError, RunReport, SystemClock, Timings,
};
use serde_json::Value;
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio_util::task::AbortOnDropHandle;

use crate::action;
use crate::before;
use crate::description_cache::DescriptionCache;
use crate::isolate::{
    ExecuteJob, Interrupted, IsolateThreads, NotStarted, StopOnDrop, StopReason, UnderWay, Watchdog,
};
use crate::places::Places;
use crate::realm::Realm;
use crate::report::{self, Ending};
use crate::schema;
use crate::shared_realm::{SharedIsolates, SharedKey};

/// How many isolates may live at once by default. Each is a thread and about 3 MB; more runs wait their turn.
pub const DEFAULT_MAX_ISOLATES: usize = 256;

/// What isolates that wait for a run may hold in a server by default; see [`Engine::allow_prewarmed`].
pub const DEFAULT_PREWARMED_BYTES: u64 = 64 * 1024 * 1024;

/// Why an engine cannot be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The system gave no thread for the watchdog.
    #[error("the watchdog's thread could not be started: {0}")]
    Watchdog(#[source] std::io::Error),
}

/// Why a run was refused: it never started, and can safely be tried again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunRefused {
    /// The limits make no sense.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// The future was not polled inside a tokio runtime.
    #[error("a run needs a tokio runtime: poll its future inside one")]
    NoRuntime,
    /// The system gave no thread for the isolate.
    #[error("the isolate's thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
    /// It was cancelled before it started.
    #[error("the run was cancelled before it started")]
    Cancelled,
    /// There is no isolate.
    #[error("no isolate could be made: {message}")]
    Isolate {
        /// In words.
        message: String,
    },
    /// The host could not read the connection's metadata, or not within the run's wall-clock limit.
    #[error("the connection could not be read: {message}")]
    Host {
        /// In words.
        message: String,
    },
}

impl RunRefused {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Limits(_) => "invalid_limits",
            Self::NoRuntime => "no_runtime",
            Self::Thread(_) => "no_thread",
            Self::Cancelled => "cancelled",
            Self::Isolate { .. } => "no_isolate",
            Self::Host { .. } => "host_failure",
        }
    }
}

/// Builds an [`Engine`].
pub struct EngineBuilder {
    clock: Arc<dyn Clock>,
    max_isolates: usize,
    realm_of: RealmOf,
    shared_isolates: usize,
    descriptions: Option<Arc<dyn DescriptionCache>>,
}

/// The realm of each function.
pub type RealmOf = Arc<dyn Fn(&FunctionKey) -> Realm + Send + Sync>;

impl EngineBuilder {
    /// Where the engine gets its time from. Default: the system's clocks.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How many isolates may live at once; more runs wait their turn. Default [`DEFAULT_MAX_ISOLATES`], at least 1.
    /// Runs that other runs wait for have as many places again, for each level: else callers that hold all places
    /// would wait for each other. So has loading, with a place for each core.
    #[must_use]
    pub fn max_isolates(mut self, max_isolates: usize) -> Self {
        self.max_isolates = max_isolates.max(1);
        self
    }

    /// What holds the runs apart. Default [`Realm::Isolate`].
    #[must_use]
    pub fn realm(self, realm: Realm) -> Self {
        self.realm_of(Arc::new(move |_: &FunctionKey| realm))
    }

    /// How many shared isolates there may be for each deployment and environment, at least 1. Default: one for each core.
    #[must_use]
    pub fn shared_isolates(mut self, most: usize) -> Self {
        self.shared_isolates = most;
        self
    }

    /// The same for each function; asked before every run.
    #[must_use]
    pub fn realm_of(mut self, realm_of: RealmOf) -> Self {
        self.realm_of = realm_of;
        self
    }

    /// Where it is kept what functions declared. Default: nowhere, each load asks them anew.
    #[must_use]
    pub fn descriptions(mut self, cache: Arc<dyn DescriptionCache>) -> Self {
        self.descriptions = Some(cache);
        self
    }

    /// Starts V8, once for the process, and the engine's watchdog.
    ///
    /// # Errors
    /// [`EngineError`] when the system gives no thread.
    pub fn build(self) -> Result<Engine, EngineError> {
        onevent_ops::v8_flags::set();
        deno_core::JsRuntime::init_platform(None);
        let watchdog = Arc::new(Watchdog::start(self.clock.clone()).map_err(EngineError::Watchdog)?);
        let shared =
            Arc::new(SharedIsolates::new(watchdog.clone(), self.clock.clone(), self.shared_isolates));
        Ok(Engine {
            threads: Arc::new(IsolateThreads::new(watchdog, self.clock)),
            timings: Arc::default(),
            shared,
            realm_of: self.realm_of,
            places: Places::new(self.max_isolates),
            loads: Arc::new(Semaphore::new(cores().min(self.max_isolates))),
            descriptions: self.descriptions,
        })
    }
}

/// Runs functions, each in a fresh isolate on a thread of its own, or in the [`Realm`] that was chosen.
///
/// The handle is cheap to clone and can be used from any thread. V8 is process-wide: see the flags in the
/// architecture notes before you use V8 for something else in the same process.
#[derive(Clone)]
pub struct Engine {
    pub(crate) threads: Arc<IsolateThreads>,
    /// Whether reports have them.
    timings: Arc<AtomicBool>,
    places: Places,
    /// Loading only computes: more isolates at once than cores would be slower. It has places of its own, because a run
    /// that holds one of the others may wait for a load.
    pub(crate) loads: Arc<Semaphore>,
    pub(crate) realm_of: RealmOf,
    shared: Arc<SharedIsolates>,
    pub(crate) descriptions: Option<Arc<dyn DescriptionCache>>,
}

impl Engine {
    /// An engine with the defaults, to be changed.
    #[must_use]
    pub fn builder() -> EngineBuilder {
        let realm_of: RealmOf = Arc::new(|_: &FunctionKey| Realm::default());
        EngineBuilder {
            clock: Arc::new(SystemClock),
            max_isolates: DEFAULT_MAX_ISOLATES,
            realm_of,
            shared_isolates: cores(),
            descriptions: None,
        }
    }

    /// What isolates may hold together that are made before their runs, in bytes. Until it is said there are none.
    ///
    /// After a function has run twice within half a minute, isolates are made for it that have evaluated its modules and
    /// wait for their one run. Each is for one function of one deployment, in one environment and under the same limits.
    /// Functions whose modules could tell, because they read a clock or start a timer outside of `exec`, get none. One
    /// holds some 4 MB, and is given back when no run came for half a minute. For a process that lives long:
    /// [`DEFAULT_PREWARMED_BYTES`] is what servers have.
    pub fn allow_prewarmed(&self, bytes: u64) {
        self.threads.allow_prewarmed(bytes);
    }

    /// From now on an isolate that has described a function waits for its run, so that a function which is loaded for one run
    /// costs one isolate. For a process that loads what it runs, and is soon over.
    ///
    /// That is done where nobody can tell: not for functions whose modules read a clock or start a timer outside of `exec`,
    /// nor where describing calls code of the function's author, nor for runs with another heap. A few wait at a time, for
    /// half a minute.
    pub fn keep_described(&self) {
        self.threads.keep_described();
    }

    /// From now on reports say where the time of their runs went.
    pub fn report_timings(&self) {
        self.timings.store(true, Ordering::Relaxed);
    }

    /// How many isolates it has made of which each had one function: to ask it what it is, to run it, or for both.
    #[must_use]
    pub fn isolates_made(&self) -> u64 {
        self.threads.made()
    }

    /// How many shared isolates live now.
    #[must_use]
    pub fn live_shared_isolates(&self) -> usize {
        self.shared.live()
    }

    /// Waits for a place among the isolates. A semaphore is never closed, so this does not fail.
    async fn admit(&self, depth: u32) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.places.of_depth(depth).acquire_owned().await
    }

    /// Runs a function. Dropping the future stops the run.
    ///
    /// What the function does, its errors and limits included, is an `Ok` report. What an action returned is in it as
    /// it may be shown; [`Engine::run_until`] also gives it as it is.
    ///
    /// # Errors
    /// [`RunRefused`] when the run did not start.
    pub async fn run(&self, invocation: Invocation, host: Arc<dyn Host>) -> Result<RunReport, RunRefused> {
        let completed = self.run_until(invocation, host, std::future::pending()).await?;
        Ok(completed.report)
    }

    /// Runs a function, and stops it when `cancelled` comes to its end: the report then tells what it did until then.
    ///
    /// # Errors
    /// [`RunRefused`] when the run did not start.
    pub async fn run_until(
        &self,
        invocation: Invocation,
        host: Arc<dyn Host>,
        cancelled: impl Future<Output = ()> + Send,
    ) -> Result<CompletedRun, RunRefused> {
        invocation.limits.check()?;
        let host_runtime = Handle::try_current().map_err(|_| RunRefused::NoRuntime)?;
        let mut cancelled = std::pin::pin!(cancelled);
        let clock = self.threads.clock();
        let asked = clock.monotonic();
        let permit = tokio::select! {
            biased;
            () = &mut cancelled => return Err(RunRefused::Cancelled),
            permit = self.admit(invocation.depth) => permit.map_err(|_| RunRefused::NoRuntime)?,
        };
        let queue = clock.elapsed(asked);
        let started_at = clock.now();
        let (log, effects) = EffectLog::with_sender(clock.clone());
        let call = CallContext {
            run_id: invocation.run_id,
            request_id: invocation.request_id.clone(),
            function: invocation.function.key.clone(),
            deadline: clock.monotonic() + invocation.limits.wall,
            effects,
        };
        let invocation = Arc::new(invocation);
        let reading = before::metadata_before(Arc::clone(&host), call.clone());
        let about = Arc::clone(&invocation);
        let job = ExecuteJob {
            modules: invocation.function.modules.clone(),
            declares_schemas: declares_schemas(&invocation.function),
            environment: invocation.environment.clone(),
            limits: invocation.limits.clone(),
            before: AbortOnDropHandle::new(host_runtime.spawn(reading)),
            facts: Box::new(move |before| before::facts(&about, before)),
            schema: invocation.function.metadata_schema.as_ref().map(schema::check),
            host,
            call,
            log: Arc::clone(&log),
            host_runtime,
            nested: invocation.depth > 0,
        };
        let started = match (self.realm_of)(&invocation.function.key) {
            Realm::Isolate => self.threads.execute(job, permit),
            Realm::Shared => {
                let modules = self.threads.loaded(&job.modules);
                self.shared.execute(shared_key(&invocation), job, modules, permit)
            }
        };
        let UnderWay { stop, mut end } = started.map_err(RunRefused::Thread)?;
        let guard = StopOnDrop::new(stop);
        let ended = tokio::select! {
            biased;
            ended = &mut end => ended,
            () = &mut cancelled => {
                guard.stop.request(StopReason::Cancelled);
                end.await
            }
        };
        let mut timings = None;
        let (before, ending) = match ended {
            Ok(Ok(mut end)) => {
                let refused = matches!(end.settled, Err(Interrupted::Refused(_)));
                let asked = self.timings.load(Ordering::Relaxed);
                // A shared isolate may have had no room.
                timings = asked.then_some(Timings { queue: queue + end.timings.queue, ..end.timings });
                let before = std::mem::take(&mut end.before);
                let ending = Ending::of(end, &invocation, &log);
                if !refused {
                    action::warn_of_input(&invocation, &log);
                }
                (before, ending)
            }
            Ok(Err(NotStarted::Engine(message))) => return Err(RunRefused::Isolate { message }),
            Ok(Err(NotStarted::Host(message))) => return Err(RunRefused::Host { message }),
            Ok(Err(NotStarted::Cancelled)) => return Err(RunRefused::Cancelled),
            Err(_) => (Value::Null, Ending::lost(thread_lost_message())),
        };
        let mut completed = report::report(&invocation, &log, started_at, before, ending);
        completed.report.timings = timings;
        Ok(completed)
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn shared_key(invocation: &Invocation) -> SharedKey {
    SharedKey {
        environment: invocation.environment.clone(),
        deployment: invocation.deployment.clone(),
        heap_bytes: invocation.limits.heap_bytes,
    }
}

/// What is said of a run whose thread ended without an answer.
pub(crate) fn thread_lost_message() -> &'static str {
    "the isolate's thread ended without an answer"
}

/// Whether a function is known to declare schemas: the SDK checks them with zod.
fn declares_schemas(function: &Function) -> bool {
    function.metadata_schema.is_some()
        || match &function.kind {
            FunctionKind::Action { input, output } => input.is_some() || output.is_some(),
            _ => false,
        }
}
