//! Runs functions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use onevent_contract::{
    CallContext, CompletedRun, EffectLog, Function, FunctionKind, Host, Invocation, RunReport, Timings,
};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::action;
use crate::admission::{Admission, AdmissionFigures, Asking, NotAdmitted};
use crate::before;
use crate::description_cache::DescriptionCache;
use crate::isolate::{
    Ended, ExecuteJob, Interrupted, IsolateThreads, LAST_WRITES, LostThreads, NotStarted, StopOnDrop,
    StopReason,
};
use crate::isolation::{Isolation, IsolationOf};
use crate::measured::Measured;
use crate::process::Elsewhere;
use crate::realm::{Realm, RealmOf};
use crate::refused::RunRefused;
use crate::report::{self, Ending};
use crate::schema;
use crate::shared_realm::{SharedIsolates, SharedKey};

/// What isolates that wait for a run may hold in a server by default; see [`Engine::allow_prewarmed`].
pub const DEFAULT_PREWARMED_BYTES: u64 = 64 * 1024 * 1024;

/// What is said of a run whose thread ended without an answer.
pub(crate) const THREAD_LOST: &str = "the isolate's thread ended without an answer";

/// What is said where the settings ask for child processes, and nobody keeps any.
pub(crate) const NO_PROCESSES: &str =
    "this program has no child processes to run functions in: build the engine with some";

/// Runs functions, each in a fresh isolate on a thread of its own, or in the [`Realm`] that was chosen.
///
/// The handle is cheap to clone and can be used from any thread. V8 is process-wide: see the flags in the
/// architecture notes before you use V8 for something else in the same process.
#[derive(Clone)]
pub struct Engine {
    pub(crate) threads: Arc<IsolateThreads>,
    /// Whether reports have them.
    pub(crate) timings: Arc<AtomicBool>,
    pub(crate) admission: Admission,
    pub(crate) measured: Arc<Measured>,
    pub(crate) realm_of: RealmOf,
    pub(crate) shared: Arc<SharedIsolates>,
    pub(crate) descriptions: Option<Arc<dyn DescriptionCache>>,
    pub(crate) lost: Arc<LostThreads>,
    pub(crate) isolation_of: IsolationOf,
    pub(crate) elsewhere: Option<Arc<Elsewhere>>,
}

impl Engine {
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

    /// How many threads execute code now that no stop reaches; each keeps its place among the isolates.
    #[must_use]
    pub fn lost_threads(&self) -> usize {
        self.lost.now()
    }

    /// Waits until so many threads are lost that the engine takes no more work. A process that serves others should then
    /// make room for a new one.
    pub async fn too_many_threads_lost(&self) {
        self.lost.too_many().await;
    }

    /// What runs now, what waits, and what was refused.
    #[must_use]
    pub fn admission_figures(&self) -> AdmissionFigures {
        self.admission.figures()
    }

    /// The same, and how many runs of each function ended how and where their time went, since this engine was made: in the
    /// text format of [OpenMetrics](https://prometheus.io/docs/specs/om/open_metrics_spec/), for Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.measured.text(&self.admission_figures())
    }

    fn not_admitted(&self, why: NotAdmitted) -> RunRefused {
        let limits = self.admission.limits();
        match why {
            NotAdmitted::QueueFull => RunRefused::QueueFull { most: limits.queue },
            NotAdmitted::QueueExpired => RunRefused::QueueExpired { after: limits.longest_wait },
            NotAdmitted::OverShare => RunRefused::OverShare,
        }
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
        let ended = self.run_unmeasured(invocation, host, cancelled).await;
        if let Err(refused) = &ended {
            self.measured.refused(refused.code());
        }
        ended
    }

    async fn run_unmeasured(
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
        let asking = Asking::of(&invocation);
        let admitted = tokio::select! {
            biased;
            () = &mut cancelled => return Err(RunRefused::Cancelled),
            () = self.lost.too_many() => return Err(RunRefused::ThreadsLost { lost: self.lost.now() }),
            admitted = self.admission.admit(&asking) => admitted.map_err(|why| self.not_admitted(why))?,
        };
        let queue = clock.elapsed(asked);
        let started_at = clock.now();
        let (log, effects) = EffectLog::with_sender(clock.clone());
        let effects = effects.within(invocation.budget.clone());
        let call = CallContext {
            run_id: invocation.run_id,
            request_id: invocation.request_id.clone(),
            function: invocation.function.key.clone(),
            deadline: clock.monotonic() + invocation.limits.wall,
            effects,
        };
        let invocation = Arc::new(invocation);
        let known = Arc::<OnceLock<Value>>::default();
        let reading = before::metadata_before(Arc::clone(&host), call.clone());
        let reading = before::remembered(reading, Arc::clone(&known));
        let (own_host, own_call, own_runtime) = (Arc::clone(&host), call.clone(), host_runtime.clone());
        let began = clock.monotonic();
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
        let key = &invocation.function.key;
        let started = match ((self.isolation_of)(key), (self.realm_of)(key)) {
            (Isolation::Process, _) => {
                let missing = || RunRefused::Isolate { message: NO_PROCESSES.to_owned() };
                let elsewhere = self.elsewhere.as_ref().ok_or_else(missing)?;
                Ok(elsewhere.execute(Arc::clone(&invocation), job, admitted))
            }
            (Isolation::Thread, Realm::Isolate) => self.threads.execute(job, admitted),
            (Isolation::Thread, Realm::Shared) => {
                let modules = self.threads.loaded(&job.modules);
                self.shared.execute(shared_key(&invocation), job, modules, admitted)
            }
        };
        let mut under_way = started.map_err(RunRefused::Thread)?;
        let guard = StopOnDrop::new(Arc::clone(&under_way.stop));
        let stopped = tokio::select! {
            biased;
            ended = under_way.ended() => Some(ended),
            () = &mut cancelled => None,
        };
        let ended = match stopped {
            Some(ended) => ended,
            None => {
                guard.stop.request(StopReason::Cancelled);
                under_way.ended().await
            }
        };
        let mut timings = None;
        let (before, ending) = match ended {
            Ended::Answered(Ok(mut end)) => {
                let refused = matches!(end.settled, Err(Interrupted::Refused(_)));
                // A shared isolate may have had no room, and a thread may have waited to compute.
                timings = Some(Timings { queue: queue + end.timings.queue, ..end.timings });
                let before = std::mem::take(&mut end.before);
                let ending = Ending::of(end, &invocation, &log);
                if !refused {
                    action::warn_of_input(&invocation, &log);
                }
                (before, ending)
            }
            Ended::Answered(Err(NotStarted::Engine(message))) => return Err(RunRefused::Isolate { message }),
            Ended::Answered(Err(NotStarted::Host(message))) => return Err(RunRefused::Host { message }),
            Ended::Answered(Err(NotStarted::Cancelled)) => return Err(RunRefused::Cancelled),
            Ended::Unanswered => (Value::Null, Ending::lost(THREAD_LOST)),
            Ended::Lost(lost) => {
                let ending = Ending::abandoned(lost, clock.elapsed(began), &invocation);
                // What the thread does of a run that it ends itself.
                let _ = tokio::time::timeout(LAST_WRITES, log.metadata_settled()).await;
                onevent_ops::release_locks(own_host, own_call, &own_runtime).await;
                (known.get().cloned().unwrap_or_default(), ending)
            }
        };
        let mut completed = report::report(&invocation, &log, started_at, before, ending);
        if let Some(timings) = &timings {
            self.measured.ran(&invocation.function.key, completed.report.outcome, timings);
        }
        completed.report.timings = timings.filter(|_| self.timings.load(Ordering::Relaxed));
        Ok(completed)
    }
}

fn shared_key(invocation: &Invocation) -> SharedKey {
    SharedKey {
        environment: invocation.environment.clone(),
        deployment: invocation.deployment.clone(),
        heap_bytes: invocation.limits.heap_bytes,
    }
}

/// Whether a function is known to declare schemas: the SDK checks them with zod.
fn declares_schemas(function: &Function) -> bool {
    function.metadata_schema.is_some()
        || match &function.kind {
            FunctionKind::Action { input, output } => input.is_some() || output.is_some(),
            _ => false,
        }
}
