//! A connection that Nango has made.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Event, Function, Operation};
use onevent_hosts::ListedConnection;
use onevent_store::{NewEvent, Transaction, UpstreamState};

use super::lifecycle::{UpstreamDecision, UpstreamLifecycle};
use super::setup::UpstreamSetup;
use super::told::{Learned, send_on};
use crate::operations::REJECTED;
use crate::running::{Decision, Running};
use crate::{AuthFailure, CreationWebhook, InterruptedIn, LifecycleError, function_event};

/// For how long a connection counts as one that was just made, where only a webhook says so: a signed webhook has no
/// date, and whoever has kept an old one must not have old connections judged.
const NEW: Duration = Duration::from_secs(60 * 60);

impl UpstreamLifecycle {
    /// Decides about a connection that Nango has made.
    ///
    /// The `validate-connection` functions of its integration run. Accepted: the `post-connection-creation` functions
    /// are in the queue, and the app is told when they have run. Rejected: the connection is deleted at Nango, and the
    /// app is told why. One that was decided about before stays as it is, however often it is told.
    ///
    /// # Errors
    /// Every [`LifecycleError`]; nothing is decided then, unless Nango did not delete what was rejected: that stays
    /// marked.
    pub async fn created(
        &self,
        listed: &ListedConnection,
        learned: Learned<'_>,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let integration = &listed.facts.integration;
        let validation = self.lifecycle.functions(integration, Event::ValidateConnection)?;
        let setup = self.lifecycle.functions(integration, Event::PostConnectionCreation)?;
        let mut running = self.begin(listed, Operation::Creation).await?;
        let facts = &listed.facts;
        if self.api.listed_connection(&facts.integration, &facts.connection_id).await?.is_none() {
            running.give_back().await;
            return Ok(UpstreamDecision::Gone);
        }
        let known = self.store().upstream_connection(running.key()).await?;
        match known.filter(|known| known.upstream_id == listed.id).map(|known| known.state) {
            // The first comparison has come in between.
            Some(UpstreamState::Known) if self.is_new(listed, learned) => {}
            Some(UpstreamState::Known | UpstreamState::Accepted) => {
                return self.accepted_before(running, listed, learned).await;
            }
            Some(UpstreamState::Rejected { message, .. }) => {
                running.give_back().await;
                return Ok(UpstreamDecision::Rejected { message });
            }
            Some(UpstreamState::DeletedBehind) | None => {}
        }
        match running.validate(&validation).await? {
            Decision::Accepted => {
                let mut transaction = running.begin().await?;
                self.accept(&mut transaction, &running, listed, learned, &setup).await?;
                running.end(transaction).await?;
                Ok(UpstreamDecision::Accepted)
            }
            Decision::Rejected { run_id, message } => {
                let mut transaction = running.begin().await?;
                let state = UpstreamState::Rejected { message: message.clone(), run_id: Some(run_id) };
                transaction.note_upstream_connection(running.key(), listed.id, &state).await?;
                // Before it is deleted at Nango: if that fails, nobody uses it through here.
                transaction.commit().await?;
                self.reject(running, listed, learned, message).await
            }
            Decision::None { function, code, message } => Err(running.give_up(function, code, message).await),
            Decision::Interrupted => Err(running.interrupted(InterruptedIn::Creation).await),
        }
    }

    /// Whether a connection of which nothing was decided has been made just now.
    fn is_new(&self, listed: &ListedConnection, learned: Learned<'_>) -> bool {
        let now = self.lifecycle.options.clock.now();
        let age = listed.created_at.and_then(|at| Duration::try_from(now.duration_since(at)).ok());
        match learned {
            Learned::Asked => true,
            Learned::Webhook(_) | Learned::Found => age.is_some_and(|age| age < NEW),
        }
    }

    async fn accept(
        &self,
        within: &mut Transaction,
        running: &Running<'_>,
        listed: &ListedConnection,
        learned: Learned<'_>,
        setup: &[Arc<Function>],
    ) -> Result<(), LifecycleError> {
        let options = &*self.lifecycle.options;
        let (key, webhooks) = (running.key(), options.policies.webhooks.as_ref());
        within.note_upstream_connection(key, listed.id, &UpstreamState::Accepted).await?;
        let told = learned.body(webhooks, key, listed, None);
        let when = webhooks.map_or(CreationWebhook::Off, |webhooks| webhooks.creation);
        let (now, later) = match (when, setup.is_empty()) {
            (CreationWebhook::Off, _) => (None, None),
            (CreationWebhook::AtOnce, _) | (CreationWebhook::AfterSetup, true) => (told, None),
            (CreationWebhook::AfterSetup, false) => (None, told),
        };
        let payload = UpstreamSetup::new(listed.facts.provider.clone(), later).payload()?;
        for function in setup {
            let event =
                NewEvent { payload: payload.clone(), ..function_event::setup_event(options, key, function) };
            self.store().queue().enqueue(within, event).await?;
        }
        if let Some(body) = now {
            send_on(self.store(), within, key, Operation::Creation, body).await?;
        }
        self.take(within, listed, learned).await?;
        Ok(())
    }

    async fn reject(
        &self,
        mut running: Running<'_>,
        listed: &ListedConnection,
        learned: Learned<'_>,
        message: String,
    ) -> Result<UpstreamDecision, LifecycleError> {
        self.api.delete_connection(&listed.facts.integration, &listed.facts.connection_id).await?;
        let mut transaction = running.begin().await?;
        transaction.forget_upstream_connection(running.key()).await?;
        let failure = AuthFailure { kind: REJECTED.into(), description: message.clone() };
        let webhooks = self.lifecycle.options.policies.webhooks.as_ref();
        if let Some(body) = learned.body(webhooks, running.key(), listed, Some(failure)) {
            send_on(self.store(), &mut transaction, running.key(), Operation::Creation, body).await?;
        }
        self.take(&mut transaction, listed, learned).await?;
        running.end(transaction).await?;
        Ok(UpstreamDecision::Rejected { message })
    }

    /// The app is told what Nango tells, once.
    async fn accepted_before(
        &self,
        mut running: Running<'_>,
        listed: &ListedConnection,
        learned: Learned<'_>,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let mut transaction = running.begin().await?;
        let webhooks = self.lifecycle.options.policies.webhooks.as_ref();
        let told = webhooks.filter(|webhooks| webhooks.creation != CreationWebhook::Off);
        if learned.webhook().is_some()
            && self.take(&mut transaction, listed, learned).await?
            && let Some(body) = learned.body(told, running.key(), listed, None)
        {
            send_on(self.store(), &mut transaction, running.key(), Operation::Creation, body).await?;
        }
        running.end(transaction).await?;
        Ok(UpstreamDecision::Accepted)
    }

    async fn take(
        &self,
        within: &mut Transaction,
        listed: &ListedConnection,
        learned: Learned<'_>,
    ) -> Result<bool, LifecycleError> {
        let Some(webhook) = learned.webhook() else { return Ok(true) };
        let (now, occasion) = (self.lifecycle.options.clock.now(), listed.id.to_string());
        Ok(webhook.take(within, &self.environment, &occasion, now).await?)
    }
}
