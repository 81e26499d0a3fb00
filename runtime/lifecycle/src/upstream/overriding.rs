//! A connection that got new credentials at Nango.

use onevent_contract::{Event, Operation};
use onevent_hosts::{LastChange, ListedConnection};
use onevent_store::UpstreamState;

use super::judging::{Case, rejected};
use super::lifecycle::{UpstreamDecision, UpstreamLifecycle};
use super::occasion::{Occasion, age, is_recent};
use super::standing::Standing;
use super::told::Learned;
use super::webhook::NangoWebhook;
use crate::running::{Decision, Running};
use crate::{InterruptedIn, LifecycleError};

impl UpstreamLifecycle {
    /// Decides about new credentials of a connection.
    ///
    /// The `validate-connection` functions of its integration run. Rejected: the connection is marked here, and may not
    /// be used through here until other credentials are accepted. The app is told either way. A connection that was
    /// never accepted is judged as [`UpstreamLifecycle::created`] judges it.
    ///
    /// # Errors
    /// Every [`LifecycleError`]; nothing is decided then.
    pub async fn overridden(
        &self,
        listed: &ListedConnection,
        webhook: &NangoWebhook,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let learned = Learned::Webhook(webhook);
        let functions = self.creation_functions(&listed.facts.integration)?;
        let guard = self.begin(&listed.facts, Operation::Override, self.wait(learned)).await?;
        let running = Running::new(&self.lifecycle.options, guard);
        let Some(listed) = self.still_there(listed).await? else {
            running.give_back().await;
            return Ok(UpstreamDecision::Gone);
        };
        let change = self.last_change(&listed).await?;
        let occasion = change.as_ref().map(|change| Occasion::change(&listed, change.at));
        let standing = self.standing(running.key(), &listed).await?;
        if let Standing::Unseen | Standing::ToDelete { .. } = standing {
            let occasion = occasion.unwrap_or_else(|| Occasion::creation(&listed));
            let case = Case { listed: &listed, learned, occasion: &occasion };
            return self.judge(running, case, &functions, standing.on_rejection()).await;
        }
        let now = self.lifecycle.options.clock.now();
        let is_old = age(change.as_ref().map(|change| change.at), now).is_some_and(|age| !is_recent(age));
        let decided = match &occasion {
            Some(occasion) => occasion.is_decided(self.store(), &self.environment).await?,
            None => false,
        };
        if is_old || decided {
            return self
                .tell_decided(running, &listed, learned, occasion.filter(|_| !is_old), standing)
                .await;
        }
        self.judge_change(running, &listed, learned, change.as_ref()).await
    }

    /// A connection's last change; `None` where Nango does not say.
    async fn last_change(&self, listed: &ListedConnection) -> Result<Option<LastChange>, LifecycleError> {
        let facts = &listed.facts;
        Ok(self.api.last_change(&facts.integration, &facts.connection_id).await?)
    }

    /// The names of a change of credentials: after the validation, whose functions may have changed the connection, too,
    /// Nango gives it another one.
    async fn occasions(&self, listed: &ListedConnection, change: &LastChange) -> Vec<Occasion> {
        let mut occasions = vec![Occasion::change(listed, change.at)];
        // Where nobody can say, Nango's webhook about it is judged once more.
        if let Ok(Some(now)) = self.last_change(listed).await
            && now.has_credentials_of(change)
        {
            occasions.push(Occasion::change(listed, now.at));
        }
        occasions
    }

    /// Judges new credentials of a connection that is in use.
    pub(super) async fn judge_change(
        &self,
        mut running: Running<'_>,
        listed: &ListedConnection,
        learned: Learned<'_>,
        change: Option<&LastChange>,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let validation = self.lifecycle.functions(&listed.facts.integration, Event::ValidateConnection)?;
        let (state, decision, failure) = match running.validate(&validation).await? {
            Decision::Accepted => (UpstreamState::Accepted, UpstreamDecision::Accepted, None),
            Decision::Rejected { run_id, message } => {
                let state = UpstreamState::Rejected { message: message.clone(), run_id: Some(run_id) };
                (state, UpstreamDecision::Rejected { message: message.clone() }, Some(rejected(message)))
            }
            Decision::None { function, code, message } => {
                return Err(running.give_up(function, code, message).await);
            }
            Decision::Interrupted => return Err(running.interrupted(InterruptedIn::Reconnect).await),
        };
        let occasions = match change {
            Some(change) => self.occasions(listed, change).await,
            None => Vec::new(),
        };
        let mut transaction = running.begin().await?;
        transaction.note_upstream_connection(running.key(), listed.id, &state).await?;
        let now = self.lifecycle.options.clock.now();
        for occasion in occasions {
            occasion.decide(&mut transaction, &self.environment).await?;
            if learned.webhook().is_some() {
                occasion.tell(&mut transaction, &self.environment, now).await?;
            }
        }
        let webhooks = self.lifecycle.options.policies.webhooks.as_ref();
        if let Some(body) = learned.body(webhooks, running.key(), listed, failure) {
            self.send_on(&mut transaction, running.key(), Operation::Override, body).await?;
        }
        running.end(transaction).await?;
        Ok(decision)
    }

    /// The app is told what was decided, once.
    async fn tell_decided(
        &self,
        mut running: Running<'_>,
        listed: &ListedConnection,
        learned: Learned<'_>,
        occasion: Option<Occasion>,
        standing: Standing,
    ) -> Result<UpstreamDecision, LifecycleError> {
        let (decision, failure) = match standing {
            Standing::Marked { message } | Standing::ToDelete { message } => {
                (UpstreamDecision::Rejected { message: message.clone() }, Some(rejected(message)))
            }
            Standing::Accepted | Standing::Noted | Standing::Unseen => (UpstreamDecision::Accepted, None),
        };
        let mut transaction = running.begin().await?;
        let now = self.lifecycle.options.clock.now();
        if let Some(occasion) = occasion
            && occasion.tell(&mut transaction, &self.environment, now).await?
        {
            let webhooks = self.lifecycle.options.policies.webhooks.as_ref();
            if let Some(body) = learned.body(webhooks, running.key(), listed, failure) {
                self.send_on(&mut transaction, running.key(), Operation::Override, body).await?;
            }
        }
        running.end(transaction).await?;
        Ok(decision)
    }
}
