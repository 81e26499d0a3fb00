//! A connection that somebody imports through onevent.

use onevent_contract::{ConnectionFacts, ConnectionId, IntegrationId, Operation};
use onevent_hosts::{LastChange, ListedConnection};
use onevent_store::OperationGuard;

use super::judging::{Case, CreationFunctions, OnRejection};
use super::lifecycle::{UpstreamDecision, UpstreamLifecycle};
use super::occasion::Occasion;
use super::standing::Standing;
use super::told::Learned;
use crate::LifecycleError;
use crate::running::Running;

/// Whether a connection was there before it was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// It was not.
    Missing,
    /// It was, and gets other credentials.
    There,
}

/// An import that is about to go to Nango. No other operation of the connection begins meanwhile: what Nango tells of it
/// itself waits.
pub struct UpstreamImport<'a> {
    lifecycle: &'a UpstreamLifecycle,
    guard: OperationGuard,
    functions: CreationFunctions,
    before: Option<ListedConnection>,
}

impl UpstreamLifecycle {
    /// Begins an import of a connection that has these names. Whoever has it asks Nango, and says what came of it.
    ///
    /// # Errors
    /// Every [`LifecycleError`]; Nango is not to be asked then.
    pub async fn begin_import(
        &self,
        integration: &IntegrationId,
        id: &ConnectionId,
    ) -> Result<UpstreamImport<'_>, LifecycleError> {
        let functions = self.creation_functions(integration)?;
        let facts = ConnectionFacts {
            connection_id: id.clone(),
            integration: integration.clone(),
            // Nango's answer says it.
            provider: String::new(),
        };
        let guard = self.begin(&facts, Operation::Creation, self.wait(Learned::Asked)).await?;
        let before = self.api.listed_connection(integration, id).await?;
        Ok(UpstreamImport { lifecycle: self, guard, functions, before })
    }
}

impl UpstreamImport<'_> {
    /// Whether the connection is there already.
    #[must_use]
    pub fn before(&self) -> Before {
        if self.before.is_some() { Before::There } else { Before::Missing }
    }

    /// Nango has not taken it, or nobody has asked.
    pub async fn not_made(self) {
        Running::new(&self.lifecycle.lifecycle.options, self.guard).give_back().await;
    }

    /// Decides about what Nango has taken, and what that changed, if it says so. A new connection is judged as
    /// [`UpstreamLifecycle::created`] judges it, another's new credentials as [`UpstreamLifecycle::overridden`] does.
    ///
    /// # Errors
    /// Every [`LifecycleError`]. Nothing is decided then; a new connection is deleted at Nango, because whoever asked is
    /// told that there is none.
    pub async fn decide(
        self,
        listed: &ListedConnection,
        change: Option<LastChange>,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let Self { lifecycle, guard, functions, before } = self;
        let guard = guard.with_provider(listed.facts.provider.clone());
        let running = Running::new(&lifecycle.lifecycle.options, guard);
        let (creation, occasion) =
            (Occasion::creation(listed), change.as_ref().map(|change| Occasion::change(listed, change.at)));
        if before.is_none_or(|before| before.id != listed.id) {
            let case = Case { listed, learned: Learned::Asked, occasion: &creation };
            let decided = lifecycle.judge(running, case, &functions, OnRejection::Delete).await;
            if decided.is_err() {
                lifecycle.take_back(listed).await;
            }
            return decided;
        }
        let standing = lifecycle.standing(running.key(), listed).await?;
        match standing {
            Standing::Unseen | Standing::ToDelete { .. } => {
                let occasion = occasion.as_ref().unwrap_or(&creation);
                let case = Case { listed, learned: Learned::Asked, occasion };
                lifecycle.judge(running, case, &functions, standing.on_rejection()).await
            }
            Standing::Noted | Standing::Accepted | Standing::Marked { .. } => {
                lifecycle.judge_change(running, listed, Learned::Asked, change.as_ref()).await
            }
        }
    }
}

impl UpstreamLifecycle {
    /// Deletes a connection at Nango that nobody has decided about: whoever asked is told that there is none.
    pub async fn take_back(&self, listed: &ListedConnection) {
        let facts = &listed.facts;
        if let Err(error) = self.api.delete_connection(&facts.integration, &facts.connection_id).await {
            let key = self.key(facts);
            tracing::error!(%key, %error, "a connection that nobody has decided about is still at Nango");
        }
    }
}

impl std::fmt::Debug for UpstreamImport<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpstreamImport").field("guard", &self.guard).finish_non_exhaustive()
    }
}
