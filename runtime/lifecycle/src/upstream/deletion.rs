//! A connection that is about to be deleted at Nango.

use onevent_contract::{Event, Operation};
use onevent_hosts::ListedConnection;

use super::lifecycle::UpstreamLifecycle;
use super::standing::Standing;
use super::told::details;
use crate::running::{AllRan, Running};
use crate::webhooks::Told;
use crate::{CleanupFailure, InterruptedIn, LifecycleError, OperationReport};

/// A connection whose cleanup has run. Whoever has it deletes the connection at Nango, and says what came of it; no other
/// operation of the connection begins meanwhile.
pub struct CleanedUp<'a> {
    running: Running<'a>,
    lifecycle: &'a UpstreamLifecycle,
    listed: ListedConnection,
}

impl UpstreamLifecycle {
    /// Runs the `pre-connection-deletion` functions of a connection's integration, while it is still there. One that
    /// fails is a warning. `None` where the connection is gone by now. One that was never accepted has nothing to be
    /// cleaned up.
    ///
    /// # Errors
    /// Every [`LifecycleError`]; [`LifecycleError::CleanupFailed`] where the operator wants a connection to stay whose
    /// cleanup failed.
    pub async fn clean_up(&self, listed: &ListedConnection) -> Result<Option<CleanedUp<'_>>, LifecycleError> {
        let cleanup = self.lifecycle.functions(&listed.facts.integration, Event::PreConnectionDeletion)?;
        let options = &self.lifecycle.options;
        let guard = self.begin(&listed.facts, Operation::Deletion, options.wait).await?;
        let mut running = Running::new(options, guard);
        let Some(listed) = self.still_there(listed).await? else {
            running.give_back().await;
            return Ok(None);
        };
        let cleanup = match self.standing(running.key(), &listed).await? {
            Standing::ToDelete { .. } => Vec::new(),
            Standing::Unseen | Standing::Noted | Standing::Accepted | Standing::Marked { .. } => cleanup,
        };
        match running.run_all(&cleanup).await {
            Ok(AllRan::Yes) => match running.cleanup_failure() {
                // Its credentials are Nango's: they cannot be kept here, so a quarantine is that it stays there.
                Some(CleanupFailure::Block | CleanupFailure::Quarantine) => {
                    Err(running.not_cleaned_up().await)
                }
                None | Some(CleanupFailure::Continue) => {
                    Ok(Some(CleanedUp { running, lifecycle: self, listed }))
                }
            },
            Ok(AllRan::Interrupted) => Err(running.interrupted(InterruptedIn::Cleanup).await),
            Ok(AllRan::NoPlace) => Err(running.not_admitted().await),
            Err(source) => Err(running.not_deleted(source)),
        }
    }
}

impl CleanedUp<'_> {
    /// Nango has deleted it.
    ///
    /// # Errors
    /// All of the database.
    pub async fn deleted(self) -> Result<OperationReport, LifecycleError> {
        let Self { mut running, lifecycle, listed } = self;
        let mut transaction = running.begin().await?;
        let key = running.key().clone();
        transaction.forget_upstream_connection(&key).await?;
        let webhooks = lifecycle.lifecycle.options.policies.webhooks.as_ref();
        if let Some(webhooks) = webhooks.filter(|webhooks| webhooks.deletion) {
            let (provider, details) = (listed.facts.provider.clone(), details(&listed));
            let request_id = running.request_id().cloned();
            let told = Told { key, provider, details, request_id };
            webhooks.tell(lifecycle.store(), &mut transaction, &told, Operation::Deletion, None).await?;
        }
        running.end(transaction).await
    }

    /// Nango's answer was none of success, or none came. Whether the connection is gone all the same is Nango's to say;
    /// true where it is.
    ///
    /// # Errors
    /// As [`CleanedUp::deleted`].
    pub async fn not_deleted(self) -> Result<bool, LifecycleError> {
        match self.lifecycle.still_there(&self.listed).await {
            Ok(None) => self.deleted().await.map(|_| true),
            // What cannot be asked is still there, until the next comparison.
            Ok(Some(_)) | Err(_) => {
                self.running.give_back().await;
                Ok(false)
            }
        }
    }
}

impl std::fmt::Debug for CleanedUp<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CleanedUp").field("listed", &self.listed).finish_non_exhaustive()
    }
}
