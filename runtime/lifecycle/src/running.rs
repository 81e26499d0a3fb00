//! One operation while it runs: its guard, its runs, and what they mean.

mod after_failure;
mod ending;

use std::collections::VecDeque;
use std::sync::Arc;

use onevent_contract::{
    ApiErrorCode, Event, Function, FunctionKey, Invocation, Operation, Outcome, RequestId, RunId, RunReport,
    Trigger, Verdict, Warning, WarningCode,
};
use onevent_engine::RunRefused;
use onevent_store::{
    Claim, ConnectionKey, EventEnd, LEASE, OperationGuard, SetupFollows, StoreError, Then, Transaction, Tries,
};

use crate::interruption;
use crate::renewing::Renewing;
use crate::{
    AuthFailure, CreationWebhook, LifecycleOptions, OperationReport, SetupBy, function_event, settling,
};

/// What the validation functions decided together.
pub(crate) enum Decision {
    /// All of them accepted, or there are none.
    Accepted,
    /// One did not.
    Rejected { run_id: RunId, message: String },
    /// onevent failed before the decision.
    None { function: FunctionKey, code: String, message: String },
    /// The operation was interrupted before the decision.
    Interrupted,
}

/// How setup or cleanup functions came to an end together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AllRan {
    /// Each of them has run.
    Yes,
    /// The operation was interrupted before.
    Interrupted,
    /// There was no place for one of them.
    NoPlace,
}

/// A function whose run got no place.
struct NoPlace {
    function: FunctionKey,
    code: ApiErrorCode,
    message: String,
}

/// An operation that has begun. Dropping it rolls the operation back.
pub(crate) struct Running<'a> {
    options: &'a LifecycleOptions,
    guard: OperationGuard,
    pub(crate) report: OperationReport,
    /// How many of the report's runs are in the database.
    stored: usize,
    /// The events of the setup functions that this operation runs itself, of those that have not run.
    setup: VecDeque<Claim>,
    /// Keeps them.
    renewing: Option<Renewing>,
    /// The setup or cleanup functions that did not succeed.
    failed: Vec<Failed>,
    /// The one whose run got no place.
    no_place: Option<NoPlace>,
    /// The request that it is done for.
    request_id: Option<RequestId>,
}

/// A setup or cleanup function that did not succeed.
struct Failed {
    function: Arc<Function>,
    /// `None` where it did not start.
    run: Option<RunId>,
    error: String,
    then: Then,
}

impl<'a> Running<'a> {
    pub(crate) fn new(options: &'a LifecycleOptions, guard: OperationGuard) -> Self {
        let report = OperationReport::new(guard.operation(), guard.key());
        let request_id = options.request_id.clone();
        Self {
            options,
            guard,
            report,
            stored: 0,
            setup: VecDeque::new(),
            renewing: None,
            failed: Vec::new(),
            no_place: None,
            request_id,
        }
    }

    /// The same for the function of an event: what follows from it names the request that the event came with.
    pub(crate) fn for_event(mut self, event: &Claim) -> Self {
        self.request_id = event.event.summary.request_id.clone();
        self
    }

    /// The request that it is done for.
    pub(crate) fn request_id(&self) -> Option<&RequestId> {
        self.request_id.as_ref()
    }

    pub(crate) fn key(&self) -> &ConnectionKey {
        self.guard.key()
    }

    /// Runs the validation functions, in order, up to the first that does not accept. The run that decides is
    /// left to be stored together with its consequence.
    pub(crate) async fn validate(&mut self, functions: &[Arc<Function>]) -> Result<Decision, StoreError> {
        if functions.is_empty() {
            self.report.warnings.push(nothing_checked(self.key()));
        }
        for function in functions {
            self.record().await?;
            if self.is_interrupted() {
                return Ok(Decision::Interrupted);
            }
            let report = match self.run(function, None).await {
                Ok(report) => report,
                Err(RunRefused::Cancelled) => return Ok(Decision::Interrupted),
                Err(refused) => {
                    self.note_no_place(function, &refused);
                    return Ok(undecided(&function.key, refused.code(), refused.to_string()));
                }
            };
            let verdict = Verdict::of(report.outcome, report.error.as_ref());
            let (run_id, error) = (report.run_id, report.error.clone());
            self.report.runs.push(report);
            match verdict {
                Some(Verdict { accepted: true, .. }) => {}
                Some(Verdict { accepted: false, message }) => {
                    return Ok(Decision::Rejected { run_id, message: message.unwrap_or_default() });
                }
                None if self.is_interrupted() => return Ok(Decision::Interrupted),
                None => {
                    let (code, message) = error.map_or_else(
                        || ("host_failure".to_owned(), "the run's outcome is unknown".to_owned()),
                        |error| (error.code, error.message),
                    );
                    return Ok(undecided(&function.key, code, message));
                }
            }
        }
        Ok(Decision::Accepted)
    }

    /// Runs setup or cleanup functions, all of them, each stored at its end. What does not succeed is a warning.
    pub(crate) async fn run_all(&mut self, functions: &[Arc<Function>]) -> Result<AllRan, StoreError> {
        for function in functions {
            if self.is_interrupted() {
                return Ok(AllRan::Interrupted);
            }
            let failure = match self.run(function, self.setup.front()).await {
                Ok(report) => {
                    let failure = failure_of(&report);
                    let interrupted = interruption::ended(&report) && self.is_interrupted();
                    let end = function_event::end_of(&report);
                    if let (Some(_), false) = (&failure, interrupted) {
                        let (run, error) = (Some(report.run_id), function_event::error_of(&report));
                        let then = self.then(&report, 1);
                        self.failed.push(Failed { function: Arc::clone(function), run, error, then });
                    }
                    self.report.runs.push(report);
                    if interrupted {
                        self.record().await?;
                        return Ok(AllRan::Interrupted);
                    }
                    self.record_end(end).await?;
                    failure
                }
                Err(RunRefused::Cancelled) => return Ok(AllRan::Interrupted),
                // Nothing of it has happened: without a place, a cleanup is not left out.
                Err(refused) if self.note_no_place(function, &refused) => return Ok(AllRan::NoPlace),
                Err(refused) => {
                    let error = format!("was not started: {refused}");
                    self.record_end(EventEnd::Dead { run: None, error: error.clone() }).await?;
                    let then = self.then_unrun(function);
                    let function = Arc::clone(function);
                    self.failed.push(Failed { function, run: None, error: error.clone(), then });
                    Some(error)
                }
            };
            if let Some(failure) = failure {
                self.report.warnings.push(function_failed(function, &failure));
            }
        }
        Ok(AllRan::Yes)
    }

    /// Stores the runs that are not stored yet, with the end of the function's event, where it has one.
    async fn record_end(&mut self, end: EventEnd) -> Result<(), StoreError> {
        let (claim, stored) = (self.setup.pop_front(), self.stored);
        let mut tries = Tries::default();
        loop {
            let recorded = async {
                let mut transaction = self.begin().await?;
                if let Some(claim) = &claim {
                    self.options.store.queue().finish(&mut transaction, claim, end.clone()).await?;
                }
                transaction.commit().await
            };
            match recorded.await {
                Err(error) if tries.again(&error).await => self.stored = stored,
                done => return done,
            }
        }
    }

    /// Plans the setup functions in the transaction that accepts the connection, for whoever runs them.
    pub(crate) async fn plan_setup(
        &mut self,
        within: &mut Transaction,
        functions: &[Arc<Function>],
    ) -> Result<(), StoreError> {
        let queue = self.options.store.queue();
        for function in functions {
            let event = function_event::setup_event(self.options, self.guard.key(), function);
            match self.options.policies.setup_by {
                SetupBy::Workers => {
                    queue.enqueue(within, event).await?;
                }
                SetupBy::Operation => {
                    self.setup.push_back(queue.enqueue_claimed(within, event, LEASE).await?);
                }
            }
        }
        Ok(())
    }

    /// Keeps the planned functions for this operation, once the transaction that planned them is committed.
    pub(crate) fn hold_setup(&mut self) {
        let claims: Vec<Claim> = self.setup.iter().cloned().collect();
        if !claims.is_empty() {
            self.renewing = Some(Renewing::start(&self.options.store, claims));
        }
    }

    /// Tells the operator's app of an operation, in the transaction that makes it true.
    pub(crate) async fn tell(
        &self,
        within: &mut Transaction,
        operation: Operation,
        failure: Option<AuthFailure>,
    ) -> Result<(), StoreError> {
        let request_id = self.request_id.as_ref();
        settling::tell(self.options, within, self.guard.key(), operation, failure, request_id).await
    }

    /// Tells it of a connection that was accepted, where its setup is not waited for.
    pub(crate) async fn tell_accepted(
        &self,
        within: &mut Transaction,
        setup: SetupFollows,
    ) -> Result<(), StoreError> {
        let creation = self.options.policies.webhooks.as_ref().map(|webhooks| webhooks.creation);
        match (creation, setup) {
            (Some(CreationWebhook::AtOnce), SetupFollows::No | SetupFollows::Yes)
            | (Some(CreationWebhook::AfterSetup), SetupFollows::No) => {
                self.tell(within, Operation::Creation, None).await
            }
            _ => Ok(()),
        }
    }

    /// Whether the function was refused because there was no place for its run.
    fn note_no_place(&mut self, function: &Function, refused: &RunRefused) -> bool {
        let Some(code) = refused.no_place() else { return false };
        let (function, message) = (function.key.clone(), refused.to_string());
        self.no_place = Some(NoPlace { function, code, message });
        true
    }

    fn is_interrupted(&self) -> bool {
        self.options.interruption.is_cancelled()
    }

    /// Runs a function, for an event of the queue where there is one: its runs have one id over all attempts.
    pub(crate) async fn run(
        &self,
        function: &Arc<Function>,
        event: Option<&Claim>,
    ) -> Result<RunReport, RunRefused> {
        let mut invocation =
            Invocation::new(function.clone(), self.guard.facts(), self.key().environment.clone());
        if let Trigger::Event { operation, .. } = &mut invocation.trigger {
            *operation = self.guard.operation();
        }
        invocation.limits = (self.options.limits)(&function.key);
        invocation.deployment = self.options.policies.deployment.map(|id| id.to_string());
        invocation.request_id = self.request_id.clone();
        if let Some(claim) = event {
            function_event::identify(&mut invocation, claim);
        }
        let host = (self.options.hosts)(&invocation);
        interruption::run(self.options, invocation, host).await.map(|completed| completed.report)
    }

    /// Stores the runs that are not stored yet.
    async fn record(&mut self) -> Result<(), StoreError> {
        if self.stored < self.report.runs.len() {
            self.begin().await?.commit().await?;
        }
        Ok(())
    }

    /// Begins a transaction that holds the runs which are not stored yet.
    pub(crate) async fn begin(&mut self) -> Result<Transaction, StoreError> {
        let mut transaction = self.guard.begin().await?;
        for report in self.report.runs.iter().skip(self.stored) {
            transaction.insert_run(report).await?;
        }
        self.stored = self.report.runs.len();
        Ok(transaction)
    }
}

fn undecided(function: &FunctionKey, code: impl Into<String>, message: String) -> Decision {
    Decision::None { function: function.clone(), code: code.into(), message }
}

/// How a setup or cleanup run failed, if it did.
fn failure_of(report: &RunReport) -> Option<String> {
    let how = match report.outcome {
        Outcome::Succeeded => return None,
        Outcome::Rejected => "threw an ActionError",
        Outcome::Failed => "failed",
        Outcome::Stopped => "was stopped",
        _ => "ended in an unknown way",
    };
    let message = report.error.as_ref().map_or("no reason is known", |error| error.message.as_str());
    Some(format!("{how}: {message}"))
}

fn function_failed(function: &Function, failure: &str) -> Warning {
    let consequence = match function.event() {
        Some(Event::PreConnectionDeletion) => "What the function removes at the provider may still be there.",
        _ => "The connection was created all the same; what the function sets up may be missing.",
    };
    Warning::new(WarningCode::FunctionFailed, format!("{} {failure}. {consequence}", function.key))
}

fn nothing_checked(key: &ConnectionKey) -> Warning {
    let message = format!(
        "nothing was checked: {} has no validate-connection function, so any credentials are accepted",
        key.integration
    );
    Warning::new(WarningCode::NothingChecked, message)
}
