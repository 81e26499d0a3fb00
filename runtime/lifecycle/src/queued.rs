//! Functions whose time has come in the queue: a setup of an accepted connection, a cleanup of one in quarantine, an
//! asynchronous action.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{CompletedRun, Event, FunctionKey, Operation, Outcome};
use onevent_engine::RunRefused;
use onevent_store::{Claim, EventEnd, EventKind, OperationGuard, PutBack, Store, StoreError, Then, Tries};
use tokio_util::sync::CancellationToken;

use crate::event_end::settle;
use crate::function_event::{ActionPayload, end_of, end_of_action, error_of};
use crate::running::Running;
use crate::trigger::{self, TriggerError};
use crate::upstream::UpstreamSetup;
use crate::{Lifecycle, LifecycleOptions, interruption};

/// How often a function may be begun beyond its retries. Whoever works on it is stopped at times, or dies; whom it kills each
/// time, it would kill for ever.
const MAX_LOST: u32 = 10;

/// What became of a queued function, where no transaction has said so already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueuedRun {
    /// It ran; its report and the end of its event are stored.
    Ended,
    /// Its connection is busy with another operation.
    Busy,
    /// It was stopped, or not begun, because the process is about to end.
    Stopping,
    /// There was no place for its run.
    NoPlace,
    /// It did not start, and may start later.
    NotStarted(String),
    /// It cannot start with the functions that there are now.
    Impossible(String),
    /// It will never start: its connection is gone.
    Gone(String),
}

/// What follows a run for its event.
#[derive(Debug, Clone)]
enum Follows {
    /// It is tried again after this time; with what it failed of.
    Again(Duration, String),
    /// It has ended.
    End(EventEnd),
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
            EventKind::Setup => {
                self.run_queued_function(claim, &function, Event::PostConnectionCreation).await
            }
            EventKind::Cleanup => {
                self.run_queued_function(claim, &function, Event::PreConnectionDeletion).await
            }
            EventKind::Action => self.run_queued_action(claim, &function).await,
            kind @ EventKind::Webhook => {
                Ok(QueuedRun::Impossible(format!("a {} is no function", kind.as_str())))
            }
        }
    }

    /// Runs a setup or a cleanup under the operation of its connection.
    async fn run_queued_function(
        &self,
        claim: &Claim,
        key: &FunctionKey,
        event: Event,
    ) -> Result<QueuedRun, StoreError> {
        let options = &*self.options;
        let begun = claim.attempt_since_replay();
        if begun > options.policies.retries.of(key).max.saturating_add(MAX_LOST) {
            return Ok(QueuedRun::Impossible(format!(
                "it was begun {begun} times, and never came to its end"
            )));
        }
        let found = options.project.event_function(key).filter(|function| function.event() == Some(event));
        let Some(function) = found else {
            return Ok(QueuedRun::Impossible(format!(
                "there is no {} function {key} any more",
                event.as_str()
            )));
        };
        let guard = match self.begin_queued(claim).await {
            Ok(guard) => guard,
            Err(StoreError::OperationInProgress { .. } | StoreError::Busy) => return Ok(QueuedRun::Busy),
            Err(error @ StoreError::UnknownConnection { .. }) => {
                return Ok(QueuedRun::Gone(error.to_string()));
            }
            Err(error) => return Err(error),
        };
        let mut running = Running::new(options, guard).for_event(claim);
        let report = match running.run(function, Some(claim)).await {
            Ok(report) => report,
            Err(refused) => {
                running.give_back().await;
                return Ok(not_started(&refused));
            }
        };
        let stopped = interruption::ended(&report) && options.interruption.is_cancelled();
        let error = error_of(&report);
        let (end, then) = (end_of(&report), running.then(&report, claim.attempt_since_replay()));
        let succeeded = report.outcome == Outcome::Succeeded;
        running.report.runs.push(report);
        let follows = match then {
            _ if stopped => Follows::Again(Duration::ZERO, "the server was stopped".to_owned()),
            Then::Retry(wait) if !succeeded => Follows::Again(wait, error),
            Then::Retry(_) | Then::Dead => Follows::End(end),
        };
        let mut tries = Tries::default();
        loop {
            match self.end_queued(&mut running, claim, &follows).await {
                Err(error) if tries.again(&error).await => {}
                ended => return ended.map(|()| QueuedRun::Ended),
            }
        }
    }

    /// Report, consequence, the event's end and the operation's, in one transaction.
    async fn end_queued(
        &self,
        running: &mut Running<'_>,
        claim: &Claim,
        follows: &Follows,
    ) -> Result<(), StoreError> {
        let mut transaction = running.begin_anew().await?;
        let queue = self.options.store.queue();
        match follows {
            Follows::Again(wait, error) => {
                let how = PutBack::Retry { error: error.clone() };
                queue.put_back(&mut transaction, claim, *wait, how).await?;
            }
            Follows::End(end) => {
                queue.finish(&mut transaction, claim, end.clone()).await?;
                settle(&self.options, &mut transaction, &claim.event).await?;
            }
        }
        running.end_operation(transaction).await
    }

    /// Nothing runs: everything before it in the lane has, and the app is told.
    async fn run_end_of_setup(&self, claim: &Claim) -> Result<QueuedRun, StoreError> {
        if UpstreamSetup::of(&claim.event).is_none() {
            return Ok(QueuedRun::Impossible("the event names no function".into()));
        }
        let store = &self.options.store;
        store.until_undisturbed(|| end_setup(store, claim)).await?;
        Ok(QueuedRun::Ended)
    }

    /// Begins the operation of a claimed setup or cleanup. Whoever works for the queue does not wait in it.
    async fn begin_queued(&self, claim: &Claim) -> Result<OperationGuard, StoreError> {
        let (store, connection, wait) = (&self.options.store, claim.connection(), Duration::ZERO);
        match (claim.event.summary.kind, UpstreamSetup::of(&claim.event)) {
            (EventKind::Cleanup, _) => store.begin_cleanup(connection, wait).await,
            (_, None) => store.begin_setup(connection, wait).await,
            (_, Some(setup)) => {
                let facts = setup.facts(connection);
                store.begin_upstream(facts, &connection.environment, Operation::Creation, wait).await
            }
        }
    }

    /// Ends a claimed event whose function was not run.
    pub(crate) async fn end_unrun(&self, claim: &Claim, end: EventEnd) -> Result<(), StoreError> {
        let store = &self.options.store;
        store
            .until_undisturbed(|| async {
                let mut transaction = store.begin().await?;
                store.queue().finish(&mut transaction, claim, end.clone()).await?;
                settle(&self.options, &mut transaction, &claim.event).await?;
                transaction.commit().await
            })
            .await
    }

    async fn run_queued_action(&self, claim: &Claim, key: &FunctionKey) -> Result<QueuedRun, StoreError> {
        let options = &*self.options;
        let Ok(payload) = serde_json::from_value::<ActionPayload>(claim.event.payload.clone()) else {
            return Ok(QueuedRun::Impossible("the queue holds no input of an action".into()));
        };
        let attempt = claim.attempt_since_replay();
        let run = trigger::run_action(options, claim.connection(), key, payload.input, Some(claim)).await;
        let CompletedRun { report, returned } = match run {
            Ok(run) => run,
            Err(TriggerError::Store(error @ StoreError::UnknownConnection { .. })) => {
                return Ok(QueuedRun::Gone(error.to_string()));
            }
            Err(TriggerError::Store(error)) => return Err(error),
            Err(TriggerError::Refused(refused)) => return Ok(not_started(&refused)),
            Err(
                error @ (TriggerError::UnknownAction { .. }
                | TriggerError::Broken { .. }
                | TriggerError::InvalidInput { .. }),
            ) => {
                return Ok(QueuedRun::Impossible(error.to_string()));
            }
        };
        let stopped = interruption::ended(&report) && options.interruption.is_cancelled();
        let again = report.outcome != Outcome::Succeeded && attempt <= payload.max_retries;
        let follows = if stopped || again {
            // How often, whoever triggered it has said; how long it waits, the operator.
            let wait = if stopped { Duration::ZERO } else { options.policies.retries.of(key).wait(attempt) };
            Follows::Again(wait, error_of(&report))
        } else {
            Follows::End(end_of_action(&report, returned))
        };
        let store = &options.store;
        store
            .until_undisturbed(|| async {
                let mut transaction = store.begin().await?;
                transaction.insert_run(&report).await?;
                match follows.clone() {
                    Follows::Again(wait, error) => {
                        let how = PutBack::Retry { error };
                        store.queue().put_back(&mut transaction, claim, wait, how).await?;
                    }
                    Follows::End(end) => store.queue().finish(&mut transaction, claim, end).await?,
                }
                transaction.commit().await
            })
            .await?;
        Ok(QueuedRun::Ended)
    }
}

/// The end of a setup of a Nango's connection: its app is told in the same transaction.
async fn end_setup(store: &Store, claim: &Claim) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    store.queue().finish(&mut transaction, claim, EventEnd::Done { run: None, result: None }).await?;
    if let Some(setup) = UpstreamSetup::of(&claim.event) {
        setup.finish(store, &mut transaction, &claim.event).await?;
    }
    transaction.commit().await
}

fn not_started(refused: &RunRefused) -> QueuedRun {
    match refused {
        refused if refused.no_place().is_some() => QueuedRun::NoPlace,
        RunRefused::Cancelled => QueuedRun::Stopping,
        RunRefused::Limits(_) => QueuedRun::Impossible(refused.to_string()),
        _ => QueuedRun::NotStarted(refused.to_string()),
    }
}
