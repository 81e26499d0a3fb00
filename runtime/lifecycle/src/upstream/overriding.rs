//! A connection that got new credentials at Nango.

use onevent_contract::{Event, Operation};
use onevent_hosts::ListedConnection;
use onevent_store::UpstreamState;

use super::lifecycle::{UpstreamDecision, UpstreamLifecycle};
use super::told::{Learned, send_on};
use crate::operations::REJECTED;
use crate::running::Decision;
use crate::{AuthFailure, InterruptedIn, LifecycleError};

impl UpstreamLifecycle {
    /// Decides about new credentials of a connection.
    ///
    /// The `validate-connection` functions of its integration run. Rejected: the connection is marked here, and may not
    /// be used through here until other credentials are accepted. The app is told either way.
    ///
    /// # Errors
    /// Every [`LifecycleError`]; nothing is decided then.
    pub async fn overridden(
        &self,
        listed: &ListedConnection,
        learned: Learned<'_>,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let facts = &listed.facts;
        let validation = self.lifecycle.functions(&facts.integration, Event::ValidateConnection)?;
        let mut running = self.begin(listed, Operation::Override).await?;
        let now = self.lifecycle.options.clock.now();
        let occasion = match learned.webhook() {
            Some(_) => self.api.last_change(&facts.integration, &facts.connection_id).await?,
            None => None,
        };
        if let (Some(webhook), Some(occasion)) = (learned.webhook(), &occasion) {
            // Only looked at: it counts as taken when there is a decision.
            let mut transaction = self.store().begin().await?;
            let is_new = webhook.take(&mut transaction, &self.environment, occasion, now).await?;
            drop(transaction);
            if !is_new {
                running.give_back().await;
                return Ok(UpstreamDecision::Accepted);
            }
        }
        let (state, decision, failure) = match running.validate(&validation).await? {
            Decision::Accepted => (UpstreamState::Accepted, UpstreamDecision::Accepted, None),
            Decision::Rejected { run_id, message } => {
                let failure = AuthFailure { kind: REJECTED.into(), description: message.clone() };
                let state = UpstreamState::Rejected { message: message.clone(), run_id: Some(run_id) };
                (state, UpstreamDecision::Rejected { message }, Some(failure))
            }
            Decision::None { function, code, message } => {
                return Err(running.give_up(function, code, message).await);
            }
            Decision::Interrupted => return Err(running.interrupted(InterruptedIn::Reconnect).await),
        };
        let mut transaction = running.begin().await?;
        transaction.note_upstream_connection(running.key(), listed.id, &state).await?;
        let webhooks = self.lifecycle.options.policies.webhooks.as_ref();
        if let Some(body) = learned.body(webhooks, running.key(), listed, failure) {
            send_on(self.store(), &mut transaction, running.key(), Operation::Override, body).await?;
        }
        if let (Some(webhook), Some(occasion)) = (learned.webhook(), &occasion) {
            webhook.take(&mut transaction, &self.environment, occasion, now).await?;
        }
        running.end(transaction).await?;
        Ok(decision)
    }
}
