//! How an operation ends whose functions did not all succeed, where the operator wants more than a warning.

use onevent_contract::{Function, FunctionKey, Operation, RunId, RunReport, Warning, WarningCode};
use onevent_store::{EventKind, FirstAttempt, NewEvent, StoreError, Then, Transaction};

use super::ending::not_deleted;
use super::{Failed, Running};
use crate::report::OperationReport;
use crate::{AuthFailure, LifecycleError, SetupBy};

impl Running<'_> {
    /// What follows a run that did not succeed. A command does not come back: what it could not do waits for a person.
    pub(crate) fn then(&self, report: &RunReport, attempt: u32) -> Then {
        let policies = &self.options.policies;
        match policies.setup_by {
            SetupBy::Operation => Then::Dead,
            SetupBy::Workers => {
                let key =
                    FunctionKey { integration: report.integration.clone(), name: report.function.clone() };
                policies.retries.of(&key).then(report, attempt, self.options.clock.now())
            }
        }
    }

    /// The same where the function did not start.
    pub(super) fn then_unrun(&self, function: &Function) -> Then {
        let policies = &self.options.policies;
        match policies.setup_by {
            SetupBy::Operation => Then::Dead,
            SetupBy::Workers => Then::Retry(policies.retries.of(&function.key).wait(1)),
        }
    }

    /// Ends a reconnect whose credentials were rejected before they replaced the old ones: everything is as it was.
    pub(crate) async fn keep_old_credentials(
        mut self,
        failure: AuthFailure,
    ) -> Result<OperationReport, LifecycleError> {
        let mut last = self.begin().await?;
        self.tell(&mut last, Operation::Override, Some(failure)).await?;
        self.guard.roll_back(last).await?;
        Ok(self.report)
    }

    /// Ends a deletion whose cleanup did not succeed: the connection is gone for its users, and what failed is tried again.
    pub(crate) async fn quarantine(mut self) -> Result<OperationReport, LifecycleError> {
        let last = match self.end_of_quarantined().await {
            Ok(last) => last,
            Err(source) => return Err(not_deleted(self.report, source)),
        };
        match self.guard.end(last).await {
            Ok(()) => Ok(self.report),
            Err(source) => Err(not_deleted(self.report, source)),
        }
    }

    async fn end_of_quarantined(&mut self) -> Result<Transaction, StoreError> {
        let mut last = self.begin().await?;
        let key = self.guard.key().clone();
        let policies = &self.options.policies;
        if policies.webhooks.as_ref().is_some_and(|webhooks| webhooks.deletion) {
            self.tell(&mut last, Operation::Deletion, None).await?;
        }
        let now = self.options.clock.now();
        let until = now.checked_add(policies.quarantine).unwrap_or(now);
        last.quarantine_connection(&key, until).await?;
        for Failed { function, run, error, then } in std::mem::take(&mut self.failed) {
            let new = NewEvent {
                function: Some(function.key.name.clone()),
                operation: Some(Operation::Deletion),
                deployment: policies.deployment,
                ..NewEvent::new(EventKind::Cleanup, key.clone())
            };
            let first = FirstAttempt { run: run.unwrap_or_else(RunId::generate), error, then };
            self.options.store.queue().enqueue_begun(&mut last, new, first).await?;
        }
        let message = format!(
            "{key} is gone for its users, and kept in quarantine until its cleanup succeeds, at most until {until}: \
             `onevent events list --kind cleanup` shows what is left to be done"
        );
        self.report.warnings.push(Warning::new(WarningCode::FunctionFailed, message));
        Ok(last)
    }
}
