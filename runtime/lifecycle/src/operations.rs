//! Create, reconnect, delete: the order of things.

use onevent_contract::{Event, IntegrationId};
use onevent_store::{ConnectionKey, NewConnection, Reconnection};

use crate::plan::{self, Functions};
use crate::running::{Decision, Running};
use crate::{Lifecycle, LifecycleError, OperationReport};

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
        let guard = self.options.store.begin_creation(new, self.options.wait).await?;
        let mut running = Running::new(&self.options, guard);
        match running.validate(&validation).await? {
            Decision::Accepted => {
                let mut transaction = running.begin().await?;
                transaction.establish_connection(running.key()).await?;
                running.report.accepted = Some(true);
                if setup.is_empty() {
                    return running.end(transaction).await;
                }
                transaction.commit().await?;
                let done = running.run_all(&setup).await;
                running.end_setup(done).await
            }
            Decision::Rejected { message, .. } => {
                let mut transaction = running.begin().await?;
                transaction.delete_connection(running.key()).await?;
                running.report.accepted = Some(false);
                running.report.message = Some(message);
                running.end(transaction).await
            }
            Decision::None { function, code, message } => Err(running.give_up(function, code, message).await),
        }
    }

    /// Gives a connection new credentials and settings.
    ///
    /// They replace the old ones first; metadata stays as it is. Then the `validate-connection` functions run,
    /// as in [`Lifecycle::create`]. Not accepted: the connection keeps the new credentials and is marked as an
    /// auth error (`refresh_exhausted`) until it is reconnected. Accepted: it is usable, and an earlier auth
    /// error is gone. Setup does not run again.
    ///
    /// # Errors
    /// `unknown_connection`, `operation_in_progress`, and every other [`LifecycleError`].
    pub async fn reconnect(
        &self,
        key: &ConnectionKey,
        new: Reconnection,
    ) -> Result<OperationReport, LifecycleError> {
        let validation = self.functions(&key.integration, Event::ValidateConnection)?;
        let guard = self.options.store.begin_override(key, new, self.options.wait).await?;
        let mut running = Running::new(&self.options, guard);
        match running.validate(&validation).await? {
            Decision::Accepted => {
                let mut transaction = running.begin().await?;
                transaction.clear_auth_error(key).await?;
                running.report.accepted = Some(true);
                running.end(transaction).await
            }
            Decision::Rejected { run_id, message } => {
                let mut transaction = running.begin().await?;
                transaction.mark_auth_error(key, run_id, &message).await?;
                running.report.accepted = Some(false);
                running.report.message = Some(message);
                running.end(transaction).await
            }
            Decision::None { function, code, message } => Err(running.give_up(function, code, message).await),
        }
    }

    /// Deletes a connection for good.
    ///
    /// All `pre-connection-deletion` functions run first, in order, with the connection and its credentials
    /// still there. One that fails is a warning: the deletion goes on.
    ///
    /// # Errors
    /// `unknown_connection`, `operation_in_progress`, and every other [`LifecycleError`]; cleanup functions may
    /// have run by then, and run again with the next deletion.
    pub async fn delete(&self, key: &ConnectionKey) -> Result<OperationReport, LifecycleError> {
        let cleanup = self.functions(&key.integration, Event::PreConnectionDeletion)?;
        let guard = self.options.store.begin_deletion(key, self.options.wait).await?;
        let mut running = Running::new(&self.options, guard);
        running.run_all(&cleanup).await?;
        let mut transaction = running.begin().await?;
        transaction.delete_connection(key).await?;
        running.end(transaction).await
    }

    fn functions(&self, integration: &IntegrationId, event: Event) -> Result<Functions, LifecycleError> {
        plan::functions(&self.options.project, &self.options.limits, integration, event)
    }
}
