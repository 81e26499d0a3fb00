//! How an engine is made.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, FunctionKey, SystemClock};
use thiserror::Error;

use crate::admission::{Admission, AdmissionLimits, DEFAULT_QUEUE, DEFAULT_QUEUE_WAIT, Shares};
use crate::description_cache::DescriptionCache;
use crate::engine::Engine;
use crate::isolate::{DEFAULT_MAX_LOST_THREADS, IsolateThreads, LostThreads, Watchdog};
use crate::isolation::{Isolation, IsolationOf};
use crate::measured::Measured;
use crate::platform::cores;
use crate::process::{Elsewhere, Processes};
use crate::realm::{Realm, RealmOf};
use crate::shared_realm::SharedIsolates;

/// How many isolates may live at once by default. Each is a thread and about 3 MB; more runs wait their turn.
pub const DEFAULT_MAX_ISOLATES: usize = 256;

/// Why an engine cannot be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The system gave no thread for the watchdog.
    #[error("the watchdog's thread could not be started: {0}")]
    Watchdog(#[source] std::io::Error),
}

/// Builds an [`Engine`].
pub struct EngineBuilder {
    clock: Arc<dyn Clock>,
    admission: AdmissionLimits,
    realm_of: RealmOf,
    shared_isolates: usize,
    descriptions: Option<Arc<dyn DescriptionCache>>,
    max_lost_threads: usize,
    isolation_of: IsolationOf,
    processes: Option<(Arc<dyn Processes>, usize)>,
}

impl EngineBuilder {
    /// Where the engine gets its time from. Default: the system's clocks.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How many runs may have an isolate, or a part of a shared one, at a time; more wait their turn. Default [`DEFAULT_MAX_ISOLATES`], at least 1.
    /// Runs that other runs wait for have as many places again, for each level: else callers that hold all places
    /// would wait for each other. So has loading, with a place for each core.
    #[must_use]
    pub fn max_isolates(mut self, max_isolates: usize) -> Self {
        self.admission.places = max_isolates.max(1);
        self
    }

    /// How many runs may wait for a place. Those beyond are refused as `queue_full`, or as `over_share` where others have
    /// less of the queue. Default [`DEFAULT_QUEUE`]; with 0, nothing waits.
    #[must_use]
    pub fn queue(mut self, most: usize) -> Self {
        self.admission.queue = most;
        self
    }

    /// How long a run may wait for a place, before it is refused as `queue_expired`. Default [`DEFAULT_QUEUE_WAIT`]. A run
    /// that another run waits for waits as long as that one.
    #[must_use]
    pub fn queue_wait(mut self, longest: Duration) -> Self {
        self.admission.longest_wait = longest;
        self
    }

    /// What one environment, one integration and one connection may have of the places and of the queue while others wait.
    #[must_use]
    pub fn shares(mut self, shares: Shares) -> Self {
        self.admission.shares = shares;
        self
    }

    /// How many threads may be lost, because the code that they execute cannot be stopped, before the engine refuses more
    /// work. Default [`DEFAULT_MAX_LOST_THREADS`], at least 1 and at most as many as there may be isolates.
    #[must_use]
    pub fn max_lost_threads(mut self, max_lost_threads: usize) -> Self {
        self.max_lost_threads = max_lost_threads;
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

    /// Where the runs of each function are executed; asked before every run, and when the function is loaded. Default
    /// [`Isolation::Thread`].
    #[must_use]
    pub fn isolation_of(mut self, isolation_of: IsolationOf) -> Self {
        self.isolation_of = isolation_of;
        self
    }

    /// Whoever keeps the child processes of [`Isolation::Process`], and how many there may be at once; as many again for each
    /// level of actions that trigger actions.
    #[must_use]
    pub fn processes(mut self, processes: Arc<dyn Processes>, most: usize) -> Self {
        self.processes = Some((processes, most.max(1)));
        self
    }

    /// Starts V8, once for the process, and the engine's watchdog.
    ///
    /// # Errors
    /// [`EngineError`] when the system gives no thread.
    pub fn build(self) -> Result<Engine, EngineError> {
        onevent_ops::v8_flags::set();
        deno_core::JsRuntime::init_platform(None);
        let admission = Admission::new(self.admission, self.clock.clone());
        // Each lost thread keeps its place, and whoever waits for one must not wait for ever.
        let lost = Arc::new(LostThreads::new(self.max_lost_threads.min(self.admission.places)));
        let watchdog = Watchdog::start(self.clock.clone(), admission.patrols(), Arc::clone(&lost));
        let watchdog = Arc::new(watchdog.map_err(EngineError::Watchdog)?);
        let cpu = admission.cpu().clone();
        let shared =
            SharedIsolates::new(watchdog.clone(), self.clock.clone(), self.shared_isolates, cpu.clone());
        let elsewhere = self
            .processes
            .map(|(processes, most)| Arc::new(Elsewhere::new(processes, most, Arc::clone(&self.clock))));
        Ok(Engine {
            elsewhere,
            isolation_of: self.isolation_of,
            threads: Arc::new(IsolateThreads::new(watchdog, self.clock, cpu)),
            timings: Arc::default(),
            measured: Arc::new(Measured::new()),
            shared: Arc::new(shared),
            realm_of: self.realm_of,
            admission,
            descriptions: self.descriptions,
            lost,
            debugger: Arc::default(),
        })
    }
}

impl Engine {
    /// An engine with the defaults, to be changed.
    #[must_use]
    pub fn builder() -> EngineBuilder {
        let realm_of: RealmOf = Arc::new(|_: &FunctionKey| Realm::default());
        EngineBuilder {
            clock: Arc::new(SystemClock),
            admission: AdmissionLimits {
                places: DEFAULT_MAX_ISOLATES,
                queue: DEFAULT_QUEUE,
                longest_wait: DEFAULT_QUEUE_WAIT,
                shares: Shares::default(),
            },
            realm_of,
            shared_isolates: cores(),
            descriptions: None,
            max_lost_threads: DEFAULT_MAX_LOST_THREADS,
            isolation_of: Arc::new(|_: &FunctionKey| Isolation::default()),
            processes: None,
        }
    }
}
