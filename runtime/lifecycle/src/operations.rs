//! Create, reconnect, delete: the order of things.

use onevent_contract::{
    Credentials, Event, IntegrationId, MetadataCommit, MetadataWrite, MetadataWriteKind, Operation, Warning,
};
use onevent_store::{
    ConnectionKey, NewConnection, OperationGuard, Reconnection, SetupFollows, StoreError, Visibility, Writer,
};

use crate::credentials;
use crate::plan::{self, Functions};
use crate::running::{AllRan, Decision, Running};
use crate::{
    AuthFailure, CleanupFailure, InterruptedIn, Lifecycle, LifecycleError, NewCredentials, OperationReport,
    SetupBy, SetupFailure,
};

/// How Nango calls a validation that did not accept.
pub(crate) const REJECTED: &str = "connection_validation_failed";

impl Lifecycle {
    /// Creates a connection.
    ///
    /// It is stored, visible to its own runs only. Then the `validate-connection` functions of its integration
    /// run in the order of the imports in `index.ts`, up to the first that does not accept. Not accepted: it is
    /// deleted for good, and the report says why. Accepted: it is established, and all
    /// `post-connection-creation` functions run, in order; one that fails is a warning.
    ///
    /// # Errors
    /// `connection_exists`, `operation_in_progress`, and every other [`LifecycleError`].
    pub async fn create(&self, new: NewConnection) -> Result<OperationReport, LifecycleError> {
        let validation = self.functions(&new.key.integration, Event::ValidateConnection)?;
        let setup = self.functions(&new.key.integration, Event::PostConnectionCreation)?;
        let expired = self.warn_of_expired(&new.credentials);
        let report = OperationReport::new(Operation::Creation, &new.key);
        let guard = self.begun(report, self.options.store.begin_creation(new, self.options.wait)).await?;
        let mut running = Running::new(&self.options, guard);
        running.report.warnings.extend(expired);
        match running.validate(&validation).await? {
            Decision::Accepted => {
                let mut transaction = running.begin().await?;
                let follows = match (setup.is_empty(), self.options.policies.setup_failure) {
                    (true, _) => SetupFollows::No,
                    (false, SetupFailure::Continue) => SetupFollows::Yes,
                    (false, SetupFailure::Block) => SetupFollows::Blocking,
                };
                transaction.establish_connection(running.key(), follows).await?;
                running.plan_setup(&mut transaction, &setup).await?;
                running.tell_accepted(&mut transaction, follows).await?;
                running.report.accepted = Some(true);
                match (follows, self.options.policies.setup_by) {
                    (SetupFollows::No, _)
                    | (SetupFollows::Yes | SetupFollows::Blocking, SetupBy::Workers) => {
                        running.end(transaction).await
                    }
                    (SetupFollows::Yes | SetupFollows::Blocking, SetupBy::Operation) => {
                        transaction.commit().await?;
                        running.hold_setup();
                        let done = running.run_all(&setup).await;
                        running.end_setup(done).await
                    }
                }
            }
            Decision::Rejected { message, .. } => {
                let mut transaction = running.begin().await?;
                transaction.delete_connection(running.key()).await?;
                running.report.accepted = Some(false);
                running.report.message = Some(message);
                running.end(transaction).await
            }
            Decision::None { function, code, message } => Err(running.give_up(function, code, message).await),
            Decision::Interrupted => Err(running.interrupted(InterruptedIn::Creation).await),
        }
    }

    /// Gives a connection new credentials and settings.
    ///
    /// They replace the old ones first; metadata stays as it is until they are accepted. Then the `validate-connection` functions run,
    /// as in [`Lifecycle::create`]. Not accepted: the connection keeps the new credentials and is marked as an
    /// auth error (`refresh_exhausted`) until it is reconnected; with [`NewCredentials::Staged`], it is as it was
    /// before. Accepted: it is usable, and an earlier auth error is gone. Setup does not run again.
    ///
    /// # Errors
    /// `unknown_connection`, `operation_in_progress`, and every other [`LifecycleError`].
    pub async fn reconnect(
        &self,
        key: &ConnectionKey,
        new: Reconnection,
    ) -> Result<OperationReport, LifecycleError> {
        let validation = self.functions(&key.integration, Event::ValidateConnection)?;
        let metadata = new.metadata.clone();
        let expired = self.warn_of_expired(&new.credentials);
        let report = OperationReport::new(Operation::Override, key);
        let guard =
            self.begun(report, self.options.store.begin_override(key, new, self.options.wait)).await?;
        let mut running = Running::new(&self.options, guard);
        running.report.warnings.extend(expired);
        match running.validate(&validation).await? {
            Decision::Accepted => {
                let mut transaction = running.begin().await?;
                transaction.accept_credentials(key).await?;
                if let Some(value) = metadata {
                    let (kind, commit) = (MetadataWriteKind::Set, MetadataCommit::Always);
                    let write = MetadataWrite { value, kind, commit };
                    transaction.write_metadata(key, Visibility::Established, &write, &Writer::User).await?;
                }
                running.tell(&mut transaction, Operation::Override, None).await?;
                running.report.accepted = Some(true);
                running.end(transaction).await
            }
            Decision::Rejected { run_id, message } => {
                let failure = AuthFailure { kind: REJECTED.into(), description: message.clone() };
                running.report.accepted = Some(false);
                running.report.message = Some(message.clone());
                if self.options.policies.new_credentials == NewCredentials::Staged {
                    return running.keep_old_credentials(failure).await;
                }
                let mut transaction = running.begin().await?;
                transaction.refuse_credentials(key, run_id, &message).await?;
                running.tell(&mut transaction, Operation::Override, Some(failure)).await?;
                running.end(transaction).await
            }
            Decision::None { function, code, message } => Err(running.give_up(function, code, message).await),
            Decision::Interrupted => Err(running.interrupted(InterruptedIn::Reconnect).await),
        }
    }

    /// Deletes a connection for good.
    ///
    /// All `pre-connection-deletion` functions run first, in order, with the connection and its credentials
    /// still there. One that fails is a warning, and the deletion goes on; or as [`CleanupFailure`] says.
    ///
    /// # Errors
    /// `unknown_connection`, `operation_in_progress`, and every other [`LifecycleError`]; cleanup functions may
    /// have run by then, and run again with the next deletion. [`LifecycleError::CleanupFailed`] where the operator
    /// wants a connection to stay whose cleanup failed.
    pub async fn delete(&self, key: &ConnectionKey) -> Result<OperationReport, LifecycleError> {
        let cleanup = self.functions(&key.integration, Event::PreConnectionDeletion)?;
        let report = OperationReport::new(Operation::Deletion, key);
        let guard = self.begun(report, self.options.store.begin_deletion(key, self.options.wait)).await?;
        let mut running = Running::new(&self.options, guard);
        match running.run_all(&cleanup).await {
            Ok(AllRan::Yes) => match running.cleanup_failure() {
                None | Some(CleanupFailure::Continue) => running.end_deletion().await,
                Some(CleanupFailure::Block) => Err(running.not_cleaned_up().await),
                Some(CleanupFailure::Quarantine) => running.quarantine().await,
            },
            Ok(AllRan::Interrupted) => Err(running.interrupted(InterruptedIn::Cleanup).await),
            Ok(AllRan::NoPlace) => Err(running.not_admitted().await),
            Err(source) => Err(running.not_deleted(source)),
        }
    }

    /// Waits for the operation to begin; an interruption ends the waiting.
    pub(crate) async fn begun(
        &self,
        report: OperationReport,
        begin: impl Future<Output = Result<OperationGuard, StoreError>>,
    ) -> Result<OperationGuard, LifecycleError> {
        tokio::select! {
            biased;
            () = self.options.interruption.cancelled() => {
                Err(LifecycleError::Interrupted { during: InterruptedIn::Waiting, report: Box::new(report) })
            }
            begun = begin => Ok(begun?),
        }
    }

    fn warn_of_expired(&self, credentials: &Credentials) -> Option<Warning> {
        credentials::warn_of_expired(credentials, self.options.clock.now())
    }

    pub(crate) fn functions(
        &self,
        integration: &IntegrationId,
        event: Event,
    ) -> Result<Functions, LifecycleError> {
        plan::functions(&self.options.project, &self.options.limits, integration, event)
    }
}
