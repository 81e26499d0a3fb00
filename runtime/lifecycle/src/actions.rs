//! The project's actions, as `nango.triggerAction` calls them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{
    Clock, CompletedRun, Function, FunctionKey, Invocation, Limits, Mode, RunReport, Trigger,
};
use onevent_engine::{Project, RunRefused};
use onevent_hosts::{ActionNotRun, ActionRun, ActionRunner};
use onevent_store::{Store, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{LimitsOf, Runner};

/// Runs the actions of a project. What triggers them may be any function of it.
#[derive(Clone)]
pub struct ProjectActions {
    /// What runs functions. A triggered action has an isolate beside its caller's.
    pub runner: Arc<dyn Runner>,
    /// The loaded functions.
    pub project: Arc<Project>,
    /// The limits of each action. Its wall-clock time is also bounded by what its caller has left.
    pub limits: LimitsOf,
    /// Tells how much that is.
    pub clock: Arc<dyn Clock>,
    /// The deployment that they are of; `None` of a project's folder.
    pub deployment: Option<String>,
    /// Where live runs are kept, like those of event functions; `None` keeps none. Dry runs are never kept.
    pub records: Option<ActionRecords>,
}

/// Keeps the runs of actions. A handle: cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct ActionRecords {
    store: Store,
    running: TaskTracker,
}

impl ActionRecords {
    /// Keeps them in this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, running: TaskTracker::new() }
    }

    /// Waits until every action that has been triggered is stored. A caller that was stopped does not wait for its
    /// actions; they are stopped with it, and stored a moment later. Call it before the store is closed.
    pub async fn complete(&self) {
        self.running.close();
        self.running.wait().await;
        self.running.reopen();
    }

    async fn keep(&self, report: &RunReport) -> Result<(), StoreError> {
        self.store
            .until_undisturbed(|| async {
                let mut transaction = self.store.begin().await?;
                transaction.insert_run(report).await?;
                transaction.commit().await
            })
            .await
    }
}

impl fmt::Debug for ActionRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionRecords").field("store", &self.store).finish_non_exhaustive()
    }
}

impl ProjectActions {
    fn action(&self, key: &FunctionKey) -> Result<Arc<Function>, ActionNotRun> {
        if let Some(found) = self.project.action(key) {
            return Ok(Arc::clone(found));
        }
        let broken = self
            .project
            .broken
            .iter()
            .find(|broken| broken.key.as_ref() == Some(key) && !broken.may_be_event_function());
        Err(match broken {
            Some(broken) => {
                let message = format!("the action {key} cannot be loaded: {}", broken.error.message);
                ActionNotRun::Broken { message }
            }
            None => ActionNotRun::Unknown { message: format!("index.ts imports no action {key}") },
        })
    }
}

#[async_trait]
impl ActionRunner for ProjectActions {
    async fn run_action(&self, run: ActionRun) -> Result<CompletedRun, ActionNotRun> {
        let function = self.action(&run.action)?;
        let limits = (self.limits)(&run.action);
        let left = run.deadline.saturating_duration_since(self.clock.monotonic());
        let invocation = Invocation {
            run_id: run.run_id,
            trigger: Trigger::Action { input: Some(run.input) },
            mode: run.mode,
            limits: Limits { wall: limits.wall.min(left), ..limits },
            caller_run_id: Some(run.caller),
            depth: run.depth,
            budget: run.budget,
            deployment: self.deployment.clone(),
            request_id: run.request_id,
            ..Invocation::new(function, run.connection, run.environment)
        };
        // Whoever stops waiting, because it is stopped itself, stops the action.
        let stop = CancellationToken::new();
        let _stop_with_caller = stop.clone().drop_guard();
        let runner = Arc::clone(&self.runner);
        match &self.records {
            Some(records) if run.mode == Mode::Live => {
                let kept = records.clone();
                let task = async move {
                    let completed =
                        runner.run(invocation, run.host, stop).await.map_err(|error| refused(&error))?;
                    let report = &completed.report;
                    kept.keep(report).await.map_err(|error| not_kept(report, &error))?;
                    Ok(completed)
                };
                let ended = records.running.spawn(task).await;
                ended.unwrap_or_else(|error| Err(ActionNotRun::Refused { message: error.to_string() }))
            }
            _ => runner.run(invocation, run.host, stop).await.map_err(|error| refused(&error)),
        }
    }
}

fn refused(error: &RunRefused) -> ActionNotRun {
    let message = error.to_string();
    match error.no_place() {
        Some(code) => ActionNotRun::NoPlace { code, message },
        None => ActionNotRun::Refused { message },
    }
}

/// It has run; whoever asks for its report will not find it, so its caller must not go on as if all was well.
fn not_kept(report: &RunReport, error: &StoreError) -> ActionNotRun {
    let message = format!("the action {} ran, but its run could not be stored: {error}", report.function);
    ActionNotRun::Refused { message }
}
