//! One run from its admission to its report: admitted, started, waited for, told.

use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{
    CallContext, CompletedRun, EffectLog, Function, FunctionKind, Host, Instant, Invocation, Timings,
    json_bytes,
};
use onevent_ops::Completion;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::action;
use crate::admission::{Admitted, Asking, NotAdmitted};
use crate::before;
use crate::engine::{Engine, NO_PROCESSES, THREAD_LOST};
use crate::isolate::{
    Ended, ExecuteEnd, ExecuteJob, Interrupted, LAST_WRITES, Lost, NotStarted, StopOnDrop, StopReason,
    UnderWay,
};
use crate::isolation::Isolation;
use crate::limits::{LONGEST_HELD, MAX_BYTES_AT_ONCE};
use crate::realm::Realm;
use crate::refused::RunRefused;
use crate::report::{self, Ending};
use crate::schema;
use crate::shared_realm::SharedKey;

type RunEnd = Result<ExecuteEnd, NotStarted>;

/// A run that has a place among the isolates.
struct AdmittedRun {
    place: Admitted,
    /// Where it is executed.
    isolation: Isolation,
    /// How long it has waited for the place.
    queue: Duration,
}

/// A run that is under way.
struct StartedRun {
    invocation: Arc<Invocation>,
    host: Arc<dyn Host>,
    call: CallContext,
    host_runtime: Handle,
    log: Arc<EffectLog>,
    /// The metadata before the run, as soon as it is known.
    known: Arc<OnceLock<Value>>,
    started_at: Timestamp,
    began: Instant,
    queue: Duration,
    under_way: UnderWay<RunEnd>,
}

impl Engine {
    /// Runs a function, and counts nothing.
    pub(crate) async fn run_once(
        &self,
        invocation: Invocation,
        host: Arc<dyn Host>,
        cancelled: impl Future<Output = ()> + Send,
    ) -> Result<CompletedRun, RunRefused> {
        invocation.limits.check()?;
        let host_runtime = Handle::try_current().map_err(|_| RunRefused::NoRuntime)?;
        let mut cancelled = std::pin::pin!(cancelled);
        let admitted = self.admit(&invocation, cancelled.as_mut()).await?;
        let mut started = self.start(Arc::new(invocation), host, host_runtime, admitted)?;
        let ended = started.wait(cancelled).await;
        self.tell(started, ended).await
    }

    /// Waits for a place among the isolates.
    async fn admit(
        &self,
        invocation: &Invocation,
        cancelled: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<AdmittedRun, RunRefused> {
        let isolation = (self.isolation_of)(&invocation.function.key);
        let (clock, asking) = (self.threads.clock(), Asking::of(invocation));
        let asked = clock.monotonic();
        let place = tokio::select! {
            biased;
            () = cancelled => return Err(RunRefused::Cancelled),
            // A run in a child process needs none of the threads.
            () = self.lost.too_many(), if isolation == Isolation::Thread => {
                return Err(RunRefused::ThreadsLost { lost: self.lost.now(), most: self.lost.most() });
            }
            admitted = self.admission.admit(&asking) => admitted.map_err(|why| self.not_admitted(why))?,
        };
        Ok(AdmittedRun { place, isolation, queue: clock.elapsed(asked) })
    }

    fn not_admitted(&self, why: NotAdmitted) -> RunRefused {
        let limits = self.admission.limits();
        match why {
            NotAdmitted::QueueFull => RunRefused::QueueFull { most: limits.queue },
            NotAdmitted::QueueExpired => RunRefused::QueueExpired { after: limits.longest_wait },
            NotAdmitted::OverShare => RunRefused::OverShare { most: limits.queue },
        }
    }

    /// Starts a run where it belongs.
    fn start(
        &self,
        invocation: Arc<Invocation>,
        host: Arc<dyn Host>,
        host_runtime: Handle,
        AdmittedRun { place, isolation, queue }: AdmittedRun,
    ) -> Result<StartedRun, RunRefused> {
        let clock = self.threads.clock();
        let (started_at, began) = (clock.now(), clock.monotonic());
        let (log, effects) = EffectLog::with_sender(Arc::clone(clock));
        let call = CallContext {
            run_id: invocation.run_id,
            request_id: invocation.request_id.clone(),
            function: invocation.function.key.clone(),
            deadline: began + invocation.limits.wall + self.held_at_most(),
            effects: effects.within(invocation.budget.clone()),
        };
        let known = Arc::<OnceLock<Value>>::default();
        let reading = before::metadata_before(Arc::clone(&host), call.clone());
        let reading = host_runtime.spawn(before::remembered(reading, Arc::clone(&known)));
        let about = Arc::clone(&invocation);
        let job = ExecuteJob {
            modules: invocation.function.modules.clone(),
            declares_schemas: declares_schemas(&invocation.function),
            environment: invocation.environment.clone(),
            limits: invocation.limits.clone(),
            before: AbortOnDropHandle::new(reading),
            facts: Some(Box::new(move |before| before::facts(&about, before))),
            schema: invocation.function.metadata_schema.as_ref().map(schema::check),
            host: Arc::clone(&host),
            call: call.clone(),
            log: Arc::clone(&log),
            host_runtime: host_runtime.clone(),
            nested: invocation.depth > 0,
            debugger: self.debugger.get().cloned(),
        };
        let under_way = self.execute(&invocation, job, place, isolation)?;
        Ok(StartedRun {
            invocation,
            host,
            call,
            host_runtime,
            log,
            known,
            started_at,
            began,
            queue,
            under_way,
        })
    }

    /// How much later a run may end because a debugger holds it. What it asks the host for ends at the latest then.
    fn held_at_most(&self) -> Duration {
        self.debugger.get().map_or(Duration::ZERO, |_| LONGEST_HELD)
    }

    fn execute(
        &self,
        invocation: &Arc<Invocation>,
        job: ExecuteJob,
        place: Admitted,
        isolation: Isolation,
    ) -> Result<UnderWay<RunEnd>, RunRefused> {
        let started = match (isolation, (self.realm_of)(&invocation.function.key)) {
            _ if self.debugger.get().is_some() => self.threads.execute(job, place),
            (Isolation::Process, _) => {
                let missing = || RunRefused::Isolate { message: NO_PROCESSES.to_owned() };
                let elsewhere = self.elsewhere.as_ref().ok_or_else(missing)?;
                Ok(elsewhere.execute(Arc::clone(invocation), job, place))
            }
            (Isolation::Thread, Realm::Isolate) => self.threads.execute(job, place),
            (Isolation::Thread, Realm::Shared) => {
                let modules = self.threads.loaded(&job.modules);
                self.shared.execute(shared_key(invocation), job, modules, place)
            }
        };
        started.map_err(RunRefused::Thread)
    }

    /// What is said of a run that has ended.
    async fn tell(&self, started: StartedRun, ended: Ended<RunEnd>) -> Result<CompletedRun, RunRefused> {
        let ended = match ended {
            Ended::Answered(Ok(end)) => Told::Of(Box::new(end)),
            Ended::Answered(Err(NotStarted::Engine(message))) => return Err(RunRefused::Isolate { message }),
            Ended::Answered(Err(NotStarted::Host(message))) => return Err(RunRefused::Host { message }),
            Ended::Answered(Err(NotStarted::Cancelled)) => return Err(RunRefused::Cancelled),
            Ended::Unanswered => {
                Told::Nothing { before: Value::Null, ending: Box::new(Ending::lost(THREAD_LOST)) }
            }
            Ended::Lost(lost) => self.abandon(&started, lost).await,
        };
        let timings = match &ended {
            // A shared isolate may have had no room, and a thread may have waited to compute.
            Told::Of(end) => Some(Timings { queue: started.queue + end.timings.queue, ..end.timings }),
            Told::Nothing { .. } => None,
        };
        let mut completed = self.reported(&started, ended).await;
        if let Some(timings) = &timings {
            self.measured.ran(&started.invocation.function.key, completed.report.outcome, timings);
        }
        completed.report.timings = timings.filter(|_| self.timings.load(Ordering::Relaxed));
        Ok(completed)
    }

    /// The report. A long one is put together where nobody waits for the thread, and the time for that is the run's.
    async fn reported(&self, started: &StartedRun, ended: Told) -> CompletedRun {
        let (invocation, log) = (Arc::clone(&started.invocation), Arc::clone(&started.log));
        let started_at = started.started_at;
        if log.bytes() + ended.bytes() <= MAX_BYTES_AT_ONCE {
            return ended.report(&invocation, &log, started_at);
        }
        let clock = Arc::clone(self.threads.clock());
        let reporting = tokio::task::spawn_blocking(move || {
            let began = clock.monotonic();
            let mut completed = ended.report(&invocation, &log, started_at);
            completed.report.usage.cpu += clock.elapsed(began);
            completed
        });
        match reporting.await {
            Ok(completed) => completed,
            // The runtime is going down.
            Err(_) => {
                let ended =
                    Told::Nothing { before: Value::Null, ending: Box::new(Ending::lost(THREAD_LOST)) };
                ended.report(&started.invocation, &started.log, started_at)
            }
        }
    }

    /// Does for a run whose thread is lost what the thread does of others.
    async fn abandon(&self, started: &StartedRun, lost: Lost) -> Told {
        let wall = self.threads.clock().elapsed(started.began);
        let ending = Box::new(Ending::abandoned(lost, wall, &started.invocation));
        let _ = tokio::time::timeout(LAST_WRITES, started.log.metadata_settled()).await;
        onevent_ops::release_locks(Arc::clone(&started.host), started.call.clone(), &started.host_runtime)
            .await;
        Told::Nothing { before: started.known.get().cloned().unwrap_or_default(), ending }
    }
}

impl StartedRun {
    /// Waits for the end, which comes soon after the run was cancelled. Dropping the future stops the run.
    async fn wait(&mut self, cancelled: impl Future<Output = ()> + Send) -> Ended<RunEnd> {
        let guard = StopOnDrop::new(Arc::clone(&self.under_way.stop));
        let stopped = tokio::select! {
            biased;
            ended = self.under_way.ended() => Some(ended),
            () = cancelled => None,
        };
        match stopped {
            Some(ended) => {
                guard.disarm();
                ended
            }
            None => {
                guard.stop.request(StopReason::Cancelled);
                self.under_way.ended().await
            }
        }
    }
}

/// What there is to tell of a run, and what is said where its thread told nothing.
enum Told {
    Of(Box<ExecuteEnd>),
    Nothing { before: Value, ending: Box<Ending> },
}

impl Told {
    /// About as many bytes of JSON as there are to look through, beside what the log has.
    fn bytes(&self) -> usize {
        match self {
            Self::Of(end) => {
                let output = match &end.settled {
                    Ok(Completion::Returned { output }) => output.as_ref().map_or(0, String::len),
                    Ok(Completion::Threw { error, .. }) => error.message.len() + json_bytes(&error.payload),
                    Err(_) => 0,
                };
                output + json_bytes(&end.before)
            }
            Self::Nothing { before, .. } => json_bytes(before),
        }
    }

    fn report(self, invocation: &Invocation, log: &EffectLog, started_at: Timestamp) -> CompletedRun {
        let (before, ending) = match self {
            Self::Of(mut end) => {
                let refused = matches!(end.settled, Err(Interrupted::Refused(_)));
                let before = std::mem::take(&mut end.before);
                let ending = Ending::of(*end, invocation, log);
                if !refused {
                    action::warn_of_input(invocation, log);
                }
                (before, ending)
            }
            Self::Nothing { before, ending } => (before, *ending),
        };
        report::report(invocation, log, started_at, before, ending)
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
