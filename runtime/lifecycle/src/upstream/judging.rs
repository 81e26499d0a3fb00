//! Judging a connection that was never in use: it is accepted and set up, or deleted at Nango.

use onevent_contract::{Event, IntegrationId, Operation, RunId};
use onevent_hosts::ListedConnection;
use onevent_store::{ConnectionKey, NewEvent, Transaction, UpstreamState};

use super::lifecycle::{UpstreamDecision, UpstreamLifecycle};
use super::occasion::Occasion;
use super::setup::UpstreamSetup;
use super::told::Learned;
use crate::operations::REJECTED;
use crate::plan::Functions;
use crate::running::{Decision, Running};
use crate::{AuthFailure, CreationWebhook, InterruptedIn, LifecycleError, function_event};

/// A connection that is judged, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) listed: &'a ListedConnection,
    pub(super) learned: Learned<'a>,
    pub(super) occasion: &'a Occasion,
}

/// What becomes of a connection that is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnRejection {
    /// It was just made: it is deleted at Nango.
    Delete,
    /// It has got other credentials, and may have been in use with the ones before: it is marked.
    Mark,
}

/// What runs for a connection that is made.
pub(super) struct CreationFunctions {
    validation: Functions,
    setup: Functions,
}

impl UpstreamLifecycle {
    pub(super) fn creation_functions(
        &self,
        integration: &IntegrationId,
    ) -> Result<CreationFunctions, LifecycleError> {
        Ok(CreationFunctions {
            validation: self.lifecycle.functions(integration, Event::ValidateConnection)?,
            setup: self.lifecycle.functions(integration, Event::PostConnectionCreation)?,
        })
    }

    pub(super) async fn judge(
        &self,
        mut running: Running<'_>,
        case: Case<'_>,
        functions: &CreationFunctions,
        on_rejection: OnRejection,
    ) -> Result<UpstreamDecision, LifecycleError> {
        match running.validate(&functions.validation).await? {
            Decision::Accepted => {
                let mut transaction = running.begin().await?;
                self.accept(&mut transaction, running.key(), case, &functions.setup).await?;
                self.note_judged(&mut transaction, case).await?;
                running.end(transaction).await?;
                Ok(UpstreamDecision::Accepted)
            }
            Decision::Rejected { run_id, message } => match on_rejection {
                OnRejection::Delete => {
                    let mut transaction = running.begin().await?;
                    let state = UpstreamState::ToDelete { message: message.clone(), run_id: Some(run_id) };
                    transaction.note_upstream_connection(running.key(), case.listed.id, &state).await?;
                    // Before it is deleted at Nango: if that fails, nobody uses it through here.
                    transaction.commit().await?;
                    self.delete_rejected(running, case, message).await
                }
                OnRejection::Mark => self.mark(running, case, run_id, message).await,
            },
            Decision::None { function, code, message } => Err(running.give_up(function, code, message).await),
            Decision::Interrupted => Err(running.interrupted(InterruptedIn::Creation).await),
        }
    }

    /// Nango sends a webhook about what went through here, and that is told.
    async fn note_judged(&self, within: &mut Transaction, case: Case<'_>) -> Result<(), LifecycleError> {
        case.occasion.decide(within, &self.environment).await?;
        if !matches!(case.learned, Learned::Asked) {
            case.occasion.tell(within, &self.environment, self.lifecycle.options.clock.now()).await?;
        }
        Ok(())
    }

    async fn accept(
        &self,
        within: &mut Transaction,
        key: &ConnectionKey,
        Case { listed, learned, .. }: Case<'_>,
        setup: &Functions,
    ) -> Result<(), LifecycleError> {
        let options = &*self.lifecycle.options;
        let webhooks = options.policies.webhooks.as_ref();
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
            self.send_on(within, key, Operation::Creation, body).await?;
        }
        Ok(())
    }

    /// Has Nango delete a connection that was never accepted, and the app told why; each once.
    pub(super) async fn delete_rejected(
        &self,
        mut running: Running<'_>,
        Case { listed, learned, occasion }: Case<'_>,
        message: String,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let facts = &listed.facts;
        let deleted = self.api.delete_connection(&facts.integration, &facts.connection_id).await;
        let mut transaction = running.begin().await?;
        let key = running.key().clone();
        if let Err(error) = &deleted {
            tracing::warn!(%key, %error, "rejected, but Nango has not deleted it; the next comparison tries again");
        } else {
            transaction.forget_upstream_connection(&key).await?;
        }
        occasion.decide(&mut transaction, &self.environment).await?;
        let now = self.lifecycle.options.clock.now();
        if occasion.tell(&mut transaction, &self.environment, now).await? {
            let failure = rejected(message.clone());
            let webhooks = self.lifecycle.options.policies.webhooks.as_ref();
            if let Some(body) = learned.body(webhooks, &key, listed, Some(failure)) {
                self.send_on(&mut transaction, &key, Operation::Creation, body).await?;
            }
        }
        running.end(transaction).await?;
        Ok(UpstreamDecision::Rejected { message })
    }

    async fn mark(
        &self,
        mut running: Running<'_>,
        case: Case<'_>,
        run_id: RunId,
        message: String,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let Case { listed, learned, .. } = case;
        let mut transaction = running.begin().await?;
        let key = running.key().clone();
        let state = UpstreamState::Rejected { message: message.clone(), run_id: Some(run_id) };
        transaction.note_upstream_connection(&key, listed.id, &state).await?;
        self.note_judged(&mut transaction, case).await?;
        let webhooks = self.lifecycle.options.policies.webhooks.as_ref();
        if let Some(body) = learned.body(webhooks, &key, listed, Some(rejected(message.clone()))) {
            self.send_on(&mut transaction, &key, Operation::Override, body).await?;
        }
        running.end(transaction).await?;
        Ok(UpstreamDecision::Rejected { message })
    }
}

/// Why an operation did not succeed, as the app is told.
pub(super) fn rejected(description: String) -> AuthFailure {
    AuthFailure { kind: REJECTED.into(), description }
}
