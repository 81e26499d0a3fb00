//! How operations end: committed, put back, or left to whoever comes next.

use std::time::Duration;

use onevent_contract::{FunctionKey, Operation};
use onevent_store::{PutBack, StoreError, Transaction};

use super::{AllRan, NoPlace, Running};
use crate::interruption::InterruptedIn;
use crate::{CleanupFailure, LifecycleError, OperationReport, settling};

impl Running<'_> {
    /// Commits `last` and ends the operation.
    pub(crate) async fn end(self, last: Transaction) -> Result<OperationReport, LifecycleError> {
        self.guard.end(last).await?;
        Ok(self.report)
    }

    /// Begins the transaction that ends the operation, where nothing has been stored until now, whatever was begun.
    pub(crate) async fn begin_anew(&mut self) -> Result<Transaction, StoreError> {
        self.stored = 0;
        self.begin().await
    }

    /// Commits `last` and ends an operation that has no report of its own; after a conflict it is ended anew.
    pub(crate) async fn end_operation(&mut self, last: Transaction) -> Result<(), StoreError> {
        self.guard.try_to_end(last).await
    }

    /// Ends an operation that has changed nothing.
    pub(crate) async fn give_back(mut self) {
        if let Ok(last) = self.begin().await {
            let _ = self.guard.end(last).await;
        }
    }

    /// Ends an accepted creation whose setup came to its end, or not.
    pub(crate) async fn end_setup(
        mut self,
        setup: Result<AllRan, StoreError>,
    ) -> Result<OperationReport, LifecycleError> {
        let incomplete = |report, source| LifecycleError::Incomplete { report: Box::new(report), source };
        let all_ran = match setup {
            Ok(all_ran) => all_ran,
            Err(source) => return Err(incomplete(self.report, source)),
        };
        let last = match self.end_of_setup(all_ran).await {
            Ok(last) => last,
            Err(source) => return Err(incomplete(self.report, source)),
        };
        match (self.guard.end(last).await, all_ran) {
            (Ok(()), AllRan::Yes) => Ok(self.report),
            (Ok(()), AllRan::Interrupted | AllRan::NoPlace) => Err(LifecycleError::Interrupted {
                during: InterruptedIn::Setup,
                report: Box::new(self.report),
            }),
            (Err(source), _) => Err(incomplete(self.report, source)),
        }
    }

    /// The transaction that ends the operation. A setup that was interrupted stays marked as unfinished.
    async fn end_of_setup(&mut self, all_ran: AllRan) -> Result<Transaction, StoreError> {
        let mut last = self.begin().await?;
        match all_ran {
            AllRan::Yes => {
                let request_id = self.request_id.as_ref();
                settling::settle_setup(self.options, &mut last, self.guard.key(), request_id).await?;
            }
            // Whoever works for the queue goes on: a server, now or later.
            AllRan::Interrupted | AllRan::NoPlace => {
                for claim in self.setup.drain(..) {
                    let id = claim.id().to_string();
                    let how = match self.report.runs.iter().any(|run| run.run_id.to_string() == id) {
                        true => PutBack::Retry { error: "interrupted".to_owned() },
                        false => PutBack::NotBegun,
                    };
                    self.options.store.queue().put_back(&mut last, &claim, Duration::ZERO, how).await?;
                }
            }
        }
        Ok(last)
    }

    /// Ends a deletion whose cleanup has run.
    pub(crate) async fn end_deletion(mut self) -> Result<OperationReport, LifecycleError> {
        let last = async {
            let mut last = self.begin().await?;
            if self.options.policies.webhooks.as_ref().is_some_and(|webhooks| webhooks.deletion) {
                self.tell(&mut last, Operation::Deletion, None).await?;
            }
            last.delete_connection(self.guard.key()).await?;
            Ok(last)
        };
        let last: Transaction = match last.await {
            Ok(last) => last,
            Err(source) => return Err(self.not_deleted(source)),
        };
        match self.guard.end(last).await {
            Ok(()) => Ok(self.report),
            Err(source) => Err(not_deleted(self.report, source)),
        }
    }

    /// What the operator wants to become of the connection, if a cleanup function did not succeed.
    pub(crate) fn cleanup_failure(&self) -> Option<CleanupFailure> {
        (!self.failed.is_empty()).then_some(self.options.policies.cleanup_failure)
    }

    /// Ends a deletion whose cleanup failed, and leaves the connection as it was.
    pub(crate) async fn not_cleaned_up(self) -> LifecycleError {
        LifecycleError::CleanupFailed { report: Box::new(self.put_back().await) }
    }

    /// A deletion that the store did not take. The guard's drop ends it; the connection stays.
    pub(crate) fn not_deleted(self, source: StoreError) -> LifecycleError {
        not_deleted(self.report, source)
    }

    /// Puts the connection back to what it was, keeps the runs, and tells why.
    pub(crate) async fn give_up(
        mut self,
        function: FunctionKey,
        code: String,
        message: String,
    ) -> LifecycleError {
        let no_place = self.no_place.take();
        let runs = self.put_back().await.runs;
        match no_place {
            Some(NoPlace { function, code, message }) => {
                LifecycleError::NoPlace { function, code, message, runs }
            }
            None => LifecycleError::NoVerdict { function, code, message, runs },
        }
    }

    /// The same, because there was no place for the run of a cleanup.
    pub(crate) async fn not_admitted(mut self) -> LifecycleError {
        match self.no_place.take() {
            Some(NoPlace { function, code, message }) => {
                let runs = self.put_back().await.runs;
                LifecycleError::NoPlace { function, code, message, runs }
            }
            None => self.not_cleaned_up().await,
        }
    }

    /// The same, because the operation was interrupted.
    pub(crate) async fn interrupted(self, during: InterruptedIn) -> LifecycleError {
        LifecycleError::Interrupted { during, report: Box::new(self.put_back().await) }
    }

    async fn put_back(mut self) -> OperationReport {
        // Where this fails too, the guard's drop, or whoever comes next, rolls the operation back.
        if let Ok(last) = self.begin().await {
            let _ = self.guard.roll_back(last).await;
        }
        self.report
    }
}

/// Where nothing has run, there is nothing to say beside what the store says.
pub(super) fn not_deleted(report: OperationReport, source: StoreError) -> LifecycleError {
    if report.runs.is_empty() {
        return source.into();
    }
    LifecycleError::CleanedUpOnly { report: Box::new(report), source }
}
