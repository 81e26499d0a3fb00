//! Functions whose time has come in the queue: a setup function of an accepted connection, an asynchronous action.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{CompletedRun, Event, FunctionKey, Operation, Outcome};
use onevent_engine::RunRefused;
use onevent_store::{Claim, EventEnd, EventKind, PutBack, StoreError};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::function_event::{ActionPayload, end_of, error_of};
use crate::running::Running;
use crate::trigger::{self, TriggerError};
use crate::upstream::UpstreamSetup;
use crate::{Lifecycle, LifecycleOptions, interruption};

/// What became of a queued function, where no transaction has said so already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueuedRun {
    /// It ran; its report and the end of its event are stored.
    Ended,
    /// Its connection is busy with another operation.
    Busy,
    /// It was stopped, or not begun, because the process is about to end.
    Stopping,
    /// It did not start, and may start later.
    NotStarted(String),
    /// It will never start: its connection or its function is gone.
    Impossible(String),
}

impl Lifecycle {
    /// The same lifecycle, whose runs are stopped by this token.
    pub(crate) fn interrupted_by(&self, interruption: CancellationToken) -> Self {
        Self { options: Arc::new(LifecycleOptions { interruption, ..(*self.options).clone() }) }
    }

    /// Runs the function of a claimed event. Report, consequence and the event's end are one transaction.
    pub(crate) async fn run_queued(&self, claim: &Claim) -> Result<QueuedRun, StoreError> {
        let Some(name) = claim.event.summary.function.clone() else {
            return self.run_end_of_setup(claim).await;
        };
        let function = FunctionKey { integration: claim.connection().integration.clone(), name };
        match claim.event.summary.kind {
            EventKind::Setup => self.run_queued_setup(claim, &function).await,
            EventKind::Action => self.run_queued_action(claim, &function).await,
            kind => Ok(QueuedRun::Impossible(format!("a {} is no function", kind.as_str()))),
        }
    }

    async fn run_queued_setup(&self, claim: &Claim, key: &FunctionKey) -> Result<QueuedRun, StoreError> {
        let options = &*self.options;
        let found = options.project.event_function(key);
        let setup = found.filter(|function| function.event() == Some(Event::PostConnectionCreation));
        let Some(function) = setup else {
            return Ok(QueuedRun::Impossible(format!("there is no setup function {key} any more")));
        };
        let upstream = UpstreamSetup::of(claim);
        let connection = claim.connection();
        // Whoever works for the queue does not wait in it.
        let begun = match &upstream {
            None => options.store.begin_setup(connection, Duration::ZERO).await,
            Some(setup) => {
                let (facts, environment) = (setup.facts(connection), &connection.environment);
                let (operation, wait) = (Operation::Creation, Duration::ZERO);
                options.store.begin_upstream(facts, environment, operation, wait).await
            }
        };
        let guard = match begun {
            Ok(guard) => guard,
            Err(StoreError::OperationInProgress { .. } | StoreError::Busy) => return Ok(QueuedRun::Busy),
            Err(error @ StoreError::UnknownConnection { .. }) => {
                return Ok(QueuedRun::Impossible(error.to_string()));
            }
            Err(error) => return Err(error),
        };
        let mut running = Running::new(options, guard);
        let report = match running.run(function, Some(claim)).await {
            Ok(report) => report,
            Err(refused) => {
                running.give_back().await;
                return Ok(not_started(&refused));
            }
        };
        let stopped = interruption::ended(&report) && options.interruption.is_cancelled();
        let end = end_of(&report);
        running.report.runs.push(report);
        let mut transaction = running.begin().await?;
        if stopped {
            let how = PutBack::Retry { error: "the server was stopped".to_owned() };
            options.store.queue().put_back(&mut transaction, claim, Duration::ZERO, how).await?;
        } else {
            options.store.queue().finish(&mut transaction, claim, end).await?;
            if transaction.waiting_events(connection, EventKind::Setup).await? == 0 {
                match upstream {
                    None => running.finish_setup(&mut transaction).await?,
                    Some(setup) => setup.finish(&options.store, &mut transaction, connection).await?,
                }
            }
        }
        running.end_operation(transaction).await?;
        Ok(QueuedRun::Ended)
    }

    /// Nothing runs: everything before it in the lane has, and the app is told.
    async fn run_end_of_setup(&self, claim: &Claim) -> Result<QueuedRun, StoreError> {
        let Some(setup) = UpstreamSetup::of(claim) else {
            return Ok(QueuedRun::Impossible("the event names no function".into()));
        };
        let store = &self.options.store;
        let mut transaction = store.begin().await?;
        store.queue().finish(&mut transaction, claim, EventEnd::Done { run: None, result: None }).await?;
        setup.finish(store, &mut transaction, claim.connection()).await?;
        transaction.commit().await?;
        Ok(QueuedRun::Ended)
    }

    async fn run_queued_action(&self, claim: &Claim, key: &FunctionKey) -> Result<QueuedRun, StoreError> {
        let options = &*self.options;
        let Ok(payload) = serde_json::from_value::<ActionPayload>(claim.event.payload.clone()) else {
            return Ok(QueuedRun::Impossible("the queue holds no input of an action".into()));
        };
        let attempt = claim.attempt();
        let run = trigger::run_action(options, claim.connection(), key, payload.input, Some(claim)).await;
        let CompletedRun { report, returned } = match run {
            Ok(run) => run,
            Err(TriggerError::Store(error @ StoreError::UnknownConnection { .. })) => {
                return Ok(QueuedRun::Impossible(error.to_string()));
            }
            Err(TriggerError::Store(error)) => return Err(error),
            Err(TriggerError::Refused(refused)) => return Ok(not_started(&refused)),
            Err(error @ (TriggerError::UnknownAction { .. } | TriggerError::Broken { .. })) => {
                return Ok(QueuedRun::Impossible(error.to_string()));
            }
        };
        let stopped = interruption::ended(&report) && options.interruption.is_cancelled();
        let mut transaction = options.store.begin().await?;
        transaction.insert_run(&report).await?;
        let again = report.outcome != Outcome::Succeeded && attempt <= payload.max_retries;
        if stopped || again {
            let error = error_of(&report);
            let how = PutBack::Retry { error };
            options.store.queue().put_back(&mut transaction, claim, Duration::ZERO, how).await?;
        } else {
            let end = match end_of(&report) {
                EventEnd::Done { run, .. } => {
                    EventEnd::Done { run, result: Some(returned.unwrap_or(Value::Null)) }
                }
                end => end,
            };
            options.store.queue().finish(&mut transaction, claim, end).await?;
        }
        transaction.commit().await?;
        Ok(QueuedRun::Ended)
    }
}

fn not_started(refused: &RunRefused) -> QueuedRun {
    match refused {
        RunRefused::Cancelled => QueuedRun::Stopping,
        RunRefused::Limits(_) => QueuedRun::Impossible(refused.to_string()),
        _ => QueuedRun::NotStarted(refused.to_string()),
    }
}
