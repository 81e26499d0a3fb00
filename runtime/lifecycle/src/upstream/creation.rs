//! A connection that Nango has made.

use onevent_contract::Operation;
use onevent_hosts::ListedConnection;
use onevent_store::{ConnectionKey, EventKind, Transaction};

use super::judging::{Case, OnRejection};
use super::lifecycle::{UpstreamDecision, UpstreamLifecycle};
use super::occasion::{Occasion, age, is_recent};
use super::setup::UpstreamSetup;
use super::standing::Standing;
use super::told::Learned;
use crate::running::Running;
use crate::{CreationWebhook, LifecycleError};

impl UpstreamLifecycle {
    /// Decides about a connection that Nango has made.
    ///
    /// The `validate-connection` functions of its integration run. Accepted: the `post-connection-creation` functions
    /// are in the queue, and the app is told when they have run. Rejected: the connection is deleted at Nango, and the
    /// app is told why; where Nango does not delete it, nobody uses it through here, and each comparison tries again.
    /// One that was decided about before stays as it is, however often it is told.
    ///
    /// # Errors
    /// Every [`LifecycleError`]; nothing is decided then.
    pub async fn created(
        &self,
        listed: &ListedConnection,
        learned: Learned<'_>,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let functions = self.creation_functions(&listed.facts.integration)?;
        let guard = self.begin(&listed.facts, Operation::Creation, self.wait(learned)).await?;
        let running = Running::new(&self.lifecycle.options, guard);
        let Some(listed) = self.still_there(listed).await? else {
            let gone = self.gone(running.key(), learned).await?;
            running.give_back().await;
            return Ok(gone);
        };
        let occasion = Occasion::creation(&listed);
        let case = Case { listed: &listed, learned, occasion: &occasion };
        match self.standing(running.key(), &listed).await? {
            Standing::Unseen => self.judge(running, case, &functions, OnRejection::Delete).await,
            // The first comparison has come in between.
            Standing::Noted if self.is_new(&listed, learned) => {
                self.judge(running, case, &functions, OnRejection::Delete).await
            }
            Standing::Noted | Standing::Accepted => {
                self.accepted_before(running, &listed, learned, &occasion).await
            }
            Standing::Marked { message } => {
                running.give_back().await;
                Ok(UpstreamDecision::Rejected { message })
            }
            Standing::ToDelete { message } => self.delete_rejected(running, case, message).await,
        }
    }

    /// Whoever asked is told why, where Nango's webhook was faster.
    async fn gone(
        &self,
        key: &ConnectionKey,
        learned: Learned<'_>,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let rejected = match learned {
            Learned::Asked => self.last_rejection(key).await?,
            Learned::Webhook(_) | Learned::Found => None,
        };
        Ok(rejected.map_or(UpstreamDecision::Gone, |message| UpstreamDecision::Rejected { message }))
    }

    /// Whether a connection of which nothing was decided has been made just now.
    fn is_new(&self, listed: &ListedConnection, learned: Learned<'_>) -> bool {
        match learned {
            Learned::Asked => true,
            Learned::Webhook(_) | Learned::Found => {
                age(listed.created_at, self.lifecycle.options.clock.now()).is_some_and(is_recent)
            }
        }
    }

    /// The app is told what Nango tells, once, and not before the setup has run.
    async fn accepted_before(
        &self,
        mut running: Running<'_>,
        listed: &ListedConnection,
        learned: Learned<'_>,
        occasion: &Occasion,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let mut transaction = running.begin().await?;
        let now = self.lifecycle.options.clock.now();
        let is_old = age(listed.created_at, now).is_some_and(|age| !is_recent(age));
        if learned.webhook().is_some()
            && !is_old
            && occasion.tell(&mut transaction, &self.environment, now).await?
        {
            self.tell_of_creation(&mut transaction, &running, listed, learned).await?;
        }
        running.end(transaction).await?;
        Ok(UpstreamDecision::Accepted)
    }

    async fn tell_of_creation(
        &self,
        within: &mut Transaction,
        running: &Running<'_>,
        listed: &ListedConnection,
        learned: Learned<'_>,
    ) -> Result<(), LifecycleError> {
        let options = &*self.lifecycle.options;
        let (key, webhooks) = (running.key(), options.policies.webhooks.as_ref());
        let Some(body) = learned.body(webhooks, key, listed, None) else { return Ok(()) };
        match webhooks.map_or(CreationWebhook::Off, |webhooks| webhooks.creation) {
            CreationWebhook::Off => {}
            CreationWebhook::AtOnce => {
                self.send_on(within, key, Operation::Creation, body).await?;
            }
            CreationWebhook::AfterSetup if within.waiting_events(key, EventKind::Setup).await? > 0 => {
                let setup = UpstreamSetup::new(listed.facts.provider.clone(), Some(body));
                let told = setup.end_of_setup(options, key)?;
                self.store().queue().enqueue(within, told).await?;
            }
            CreationWebhook::AfterSetup => {
                self.send_on(within, key, Operation::Creation, body).await?;
            }
        }
        Ok(())
    }
}
