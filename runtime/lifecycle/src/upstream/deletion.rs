//! A connection that is about to be deleted at Nango.

use onevent_contract::{Event, Operation};
use onevent_hosts::ListedConnection;

use super::lifecycle::UpstreamLifecycle;
use super::told::details;
use crate::running::{AllRan, Running};
use crate::webhooks::Told;
use crate::{InterruptedIn, LifecycleError, OperationReport};

/// A connection whose cleanup has run. Whoever has it deletes the connection at Nango, and says what came of it; no other
/// operation of the connection begins meanwhile.
pub struct CleanedUp<'a> {
    running: Running<'a>,
    lifecycle: &'a UpstreamLifecycle,
    listed: &'a ListedConnection,
}

impl UpstreamLifecycle {
    /// Runs the `pre-connection-deletion` functions of a connection's integration, while it is still there. One that
    /// fails is a warning.
    ///
    /// # Errors
    /// Every [`LifecycleError`]; [`LifecycleError::CleanupFailed`] where the operator wants a connection to stay whose
    /// cleanup failed.
    pub async fn clean_up<'a>(
        &'a self,
        listed: &'a ListedConnection,
    ) -> Result<CleanedUp<'a>, LifecycleError> {
        let cleanup = self.lifecycle.functions(&listed.facts.integration, Event::PreConnectionDeletion)?;
        let mut running = self.begin(listed, Operation::Deletion).await?;
        match running.run_all(&cleanup).await {
            Ok(AllRan::Yes) if running.cleanup_is_blocked() => Err(running.not_cleaned_up().await),
            Ok(AllRan::Yes) => Ok(CleanedUp { running, lifecycle: self, listed }),
            Ok(AllRan::Interrupted) => Err(running.interrupted(InterruptedIn::Cleanup).await),
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
            let (provider, details) = (listed.facts.provider.clone(), details(listed));
            let told = Told { key, provider, details };
            webhooks.tell(lifecycle.store(), &mut transaction, &told, Operation::Deletion, None).await?;
        }
        running.end(transaction).await
    }

    /// Nango has not.
    pub async fn not_deleted(self) {
        self.running.give_back().await;
    }
}

impl std::fmt::Debug for CleanedUp<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CleanedUp").field("listed", &self.listed).finish_non_exhaustive()
    }
}
