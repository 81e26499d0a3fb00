//! One operation while it runs: its guard, its runs, and what they mean.

use std::sync::Arc;

use onevent_contract::{
    Event, Function, FunctionKey, Invocation, Outcome, RunId, RunReport, Trigger, Verdict, Warning,
    WarningCode,
};
use onevent_engine::RunRefused;
use onevent_store::{ConnectionKey, OperationGuard, StoreError, Transaction};

use crate::{LifecycleError, LifecycleOptions, OperationReport};

/// What the validation functions decided together.
pub(crate) enum Decision {
    /// All of them accepted, or there are none.
    Accepted,
    /// One did not.
    Rejected { run_id: RunId, message: String },
    /// onevent failed before the decision.
    None { function: FunctionKey, code: String, message: String },
}

/// An operation that has begun. Dropping it rolls the operation back.
pub(crate) struct Running<'a> {
    options: &'a LifecycleOptions,
    guard: OperationGuard,
    pub(crate) report: OperationReport,
    /// How many of the report's runs are in the database.
    stored: usize,
}

impl<'a> Running<'a> {
    pub(crate) fn new(options: &'a LifecycleOptions, guard: OperationGuard) -> Self {
        let report = OperationReport::new(guard.operation(), guard.key());
        Self { options, guard, report, stored: 0 }
    }

    pub(crate) fn key(&self) -> &ConnectionKey {
        self.guard.key()
    }

    /// Runs the validation functions, in order, up to the first that does not accept. The run that decides is
    /// left to be stored together with its consequence.
    pub(crate) async fn validate(&mut self, functions: &[Arc<Function>]) -> Result<Decision, StoreError> {
        for function in functions {
            self.record().await?;
            let report = match self.run(function).await {
                Ok(report) => report,
                Err(refused) => return Ok(undecided(&function.key, refused.code(), refused.to_string())),
            };
            let verdict = Verdict::of(report.outcome, report.error.as_ref());
            let (run_id, error) = (report.run_id, report.error.clone());
            self.report.runs.push(report);
            match verdict {
                Some(Verdict { accepted: true, .. }) => {}
                Some(Verdict { accepted: false, message }) => {
                    return Ok(Decision::Rejected { run_id, message: message.unwrap_or_default() });
                }
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
    pub(crate) async fn run_all(&mut self, functions: &[Arc<Function>]) -> Result<(), StoreError> {
        for function in functions {
            let failure = match self.run(function).await {
                Ok(report) => {
                    let failure = failure_of(&report);
                    self.report.runs.push(report);
                    self.record().await?;
                    failure
                }
                Err(refused) => Some(format!("was not started: {refused}")),
            };
            if let Some(failure) = failure {
                self.report.warnings.push(function_failed(function, &failure));
            }
        }
        Ok(())
    }

    async fn run(&self, function: &Arc<Function>) -> Result<RunReport, RunRefused> {
        let mut invocation =
            Invocation::new(function.clone(), self.guard.facts(), self.key().environment.clone());
        if let Trigger::Event { operation, .. } = &mut invocation.trigger {
            *operation = self.guard.operation();
        }
        invocation.limits = (self.options.limits)(&function.key);
        let host = (self.options.hosts)(&invocation);
        self.options.runner.run(invocation, host).await
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

    /// Commits `last` and ends the operation.
    pub(crate) async fn end(self, last: Transaction) -> Result<OperationReport, LifecycleError> {
        self.guard.end(last).await?;
        Ok(self.report)
    }

    /// Ends an accepted creation whose setup came to its end, or not.
    pub(crate) async fn end_setup(
        mut self,
        setup: Result<(), StoreError>,
    ) -> Result<OperationReport, LifecycleError> {
        let ended = match setup {
            Ok(()) => match self.begin().await {
                Ok(last) => self.guard.end(last).await,
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        match ended {
            Ok(()) => Ok(self.report),
            Err(source) => Err(LifecycleError::Incomplete { report: Box::new(self.report), source }),
        }
    }

    /// Puts the connection back to what it was, keeps the runs, and tells why.
    pub(crate) async fn give_up(
        mut self,
        function: FunctionKey,
        code: String,
        message: String,
    ) -> LifecycleError {
        // Where this fails too, the guard's drop, or whoever comes next, rolls the operation back.
        if let Ok(last) = self.begin().await {
            let _ = self.guard.roll_back(last).await;
        }
        LifecycleError::NoVerdict { function, code, message, runs: self.report.runs }
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
        Some(Event::PreConnectionDeletion) => {
            "The connection was deleted all the same; what the function removes at the provider may still be there."
        }
        _ => "The connection was created all the same; what the function sets up may be missing.",
    };
    Warning::new(WarningCode::FunctionFailed, format!("{} {failure}. {consequence}", function.key))
}
