//! Runs functions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use onevent_contract::{CompletedRun, Host, Invocation, RunReport};

use crate::admission::{Admission, AdmissionFigures};
use crate::description_cache::DescriptionCache;
use crate::inspect::Debugger;
use crate::isolate::{IsolateThreads, LostThreads};
use crate::isolation::IsolationOf;
use crate::measured::Measured;
use crate::process::Elsewhere;
use crate::realm::RealmOf;
use crate::refused::RunRefused;
use crate::shared_realm::SharedIsolates;

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
    pub(crate) debugger: Arc<OnceLock<Arc<dyn Debugger>>>,
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

    /// From now on runs are debugged: each has an isolate of its own, made for it, on a thread of this process, whatever else the
    /// engine is set to. An engine has one debugger, the first.
    pub fn debug_with(&self, debugger: Arc<dyn Debugger>) {
        let _ = self.debugger.set(debugger);
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
        self.measured.text(&self.admission_figures(), self.lost_threads())
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
        let ended = self.run_once(invocation, host, cancelled).await;
        if let Err(refused) = &ended {
            self.measured.refused(refused.code());
        }
        ended
    }
}
