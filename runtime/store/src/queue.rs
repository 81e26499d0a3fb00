//! The queue of events: what is to be done comes in with the change that it follows from, and is done in order.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::EnvironmentName;
use serde_json::Value;

use crate::cipher::Purpose;
use crate::database::{EventEndColumns, EventRow, NewEventRow, NewLease};
use crate::events::summary;
use crate::json::encode;
use crate::token::Token;
use crate::wake::Woken;
use crate::{
    Claim, DeploymentId, EventEnd, EventId, EventKind, EventState, FirstAttempt, NewEvent, PutBack,
    QueuedEvent, Shares, Store, StoreError, StoreMode, Then, Transaction,
};

/// What is to be done, shared by all processes on a database.
///
/// Order is kept in lanes: the events of a connection's functions, and those of its webhooks. The head of a lane, the
/// event that was committed first and has not ended, keeps the others back, whoever is at it and however often it is
/// tried. An action is in nobody's lane.
///
/// A claim is a lease: who holds it renews it, and has lost it once somebody else claimed the event. So an event is
/// begun at least once, and ended exactly once.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Puts an event into the queue, if the transaction commits.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    async fn enqueue(&self, within: &mut Transaction, new: NewEvent) -> Result<EventId, StoreError>;

    /// The same for whoever does the work itself, at once: nobody else can claim it while the lease lasts.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    async fn enqueue_claimed(
        &self,
        within: &mut Transaction,
        new: NewEvent,
        lease: Duration,
    ) -> Result<Claim, StoreError>;

    /// Puts an event into the queue that was tried once already, if the transaction commits: as a retry to come, or as a
    /// dead letter.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    async fn enqueue_begun(
        &self,
        within: &mut Transaction,
        new: NewEvent,
        first: FirstAttempt,
    ) -> Result<EventId, StoreError>;

    /// Takes up to `most` events of these kinds: heads of lanes that are due and nobody's, shared out in turn.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::ReadOnly`], [`StoreError::Busy`] or [`StoreError::Database`].
    async fn claim(
        &self,
        kinds: &[EventKind],
        most: usize,
        lease: Duration,
        shares: Shares,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Starts the lease anew. False where the claim is lost.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Busy`] or [`StoreError::Database`].
    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError>;

    /// Ends an event, if the transaction commits.
    ///
    /// # Errors
    /// [`StoreError::EventLost`] where the claim is lost: then whatever else is in the transaction must not be
    /// committed either.
    async fn finish(&self, within: &mut Transaction, claim: &Claim, end: EventEnd) -> Result<(), StoreError>;

    /// Gives an event back, if the transaction commits: it is due so long from now, and keeps its place.
    ///
    /// # Errors
    /// As [`Queue::finish`].
    async fn put_back(
        &self,
        within: &mut Transaction,
        claim: &Claim,
        due_in: Duration,
        why: PutBack,
    ) -> Result<(), StoreError>;

    /// Puts an event that is dead, failed or skipped back into the queue, if the transaction commits: at its old place,
    /// due at once, with all its retries before it again. It is meant for the code of `deployment` from then on.
    ///
    /// # Errors
    /// [`StoreError::EventNotReplayable`].
    async fn replay(
        &self,
        within: &mut Transaction,
        environment: &EnvironmentName,
        id: EventId,
        deployment: Option<DeploymentId>,
    ) -> Result<(), StoreError>;

    /// Ends an event that is dead, or waits and is nobody's, if the transaction commits: it will not be done, and keeps
    /// nobody back.
    ///
    /// # Errors
    /// [`StoreError::EventNotSkippable`].
    async fn skip(
        &self,
        within: &mut Transaction,
        environment: &EnvironmentName,
        id: EventId,
    ) -> Result<(), StoreError>;

    /// Resolves once this process put something into the queue, ended an event or gave one back, after this call. What
    /// other processes do, and what merely becomes due, has to be looked for.
    fn woken(&self) -> Woken;
}

impl Store {
    /// The queue.
    #[must_use]
    pub fn queue(&self) -> &dyn Queue {
        self
    }
}

/// The queue that is a table of the same database.
#[async_trait]
impl Queue for Store {
    async fn enqueue(&self, within: &mut Transaction, new: NewEvent) -> Result<EventId, StoreError> {
        let row = within.insert_event(new, None, None).await?;
        EventId::parse(&row.id).ok_or_else(|| StoreError::corrupt("event id"))
    }

    async fn enqueue_begun(
        &self,
        within: &mut Transaction,
        new: NewEvent,
        first: FirstAttempt,
    ) -> Result<EventId, StoreError> {
        let row = within.insert_event(new, None, Some(first)).await?;
        EventId::parse(&row.id).ok_or_else(|| StoreError::corrupt("event id"))
    }

    async fn enqueue_claimed(
        &self,
        within: &mut Transaction,
        new: NewEvent,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let (token, payload) = (Token::of(within.node()), new.payload.clone());
        let row = within.insert_event(new, Some(NewLease { token, lasts: lease }), None).await?;
        Ok(Claim { event: QueuedEvent { summary: summary(row)?, payload, result: None }, token })
    }

    async fn claim(
        &self,
        kinds: &[EventKind],
        most: usize,
        lease: Duration,
        shares: Shares,
    ) -> Result<Vec<Claim>, StoreError> {
        if self.mode() == StoreMode::ReadOnly {
            return Err(StoreError::ReadOnly);
        }
        self.until_undisturbed(|| self.claim_once(kinds, most, lease, shares)).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        let lease = NewLease { token: claim.token, lasts: lease };
        self.until_undisturbed(|| self.renew_once(claim, lease)).await
    }

    async fn finish(&self, within: &mut Transaction, claim: &Claim, end: EventEnd) -> Result<(), StoreError> {
        let (state, run, error, result) = match end {
            EventEnd::Done { run, result } => (EventState::Done, run, None, result),
            EventEnd::Failed { run, error } => (EventState::Failed, run, Some(error), None),
            EventEnd::Dead { run, error } => (EventState::Dead, run, Some(error), None),
        };
        let (id, connection) = (claim.id(), &claim.event.summary.connection);
        let result = match result {
            Some(result) => Some(within.seal_json(&Purpose::EventResult(connection, id), &result).await?),
            None => None,
        };
        let end = EventEndColumns {
            state: state.as_str(),
            error,
            run_id: run.map(|run| run.to_string()),
            result,
            now: within.now().as_millisecond(),
        };
        let is_held = within.tables().end_event(&id.to_string(), claim.token, end).await?;
        within.wakes();
        held(is_held, id)
    }

    async fn put_back(
        &self,
        within: &mut Transaction,
        claim: &Claim,
        due_in: Duration,
        why: PutBack,
    ) -> Result<(), StoreError> {
        let id = claim.id();
        let (begun, error) = match why {
            PutBack::NotBegun => (false, claim.event.summary.error.clone()),
            PutBack::Retry { error } => (true, Some(error)),
        };
        let attempt = i64::from(claim.attempt()) - i64::from(!begun);
        let text = id.to_string();
        let is_held = within.tables().release_event(&text, claim.token, due_in, attempt, error).await?;
        within.wakes();
        held(is_held, id)
    }

    async fn replay(
        &self,
        within: &mut Transaction,
        environment: &EnvironmentName,
        id: EventId,
        deployment: Option<DeploymentId>,
    ) -> Result<(), StoreError> {
        let deployment = deployment.map(|id| id.to_string());
        let is_replayed = within.tables().replay_event_row(environment, &id.to_string(), deployment).await?;
        within.wakes();
        if is_replayed { Ok(()) } else { Err(StoreError::EventNotReplayable { id }) }
    }

    async fn skip(
        &self,
        within: &mut Transaction,
        environment: &EnvironmentName,
        id: EventId,
    ) -> Result<(), StoreError> {
        let now = within.now().as_millisecond();
        let is_skipped = within.tables().skip_event_row(environment, &id.to_string(), now).await?;
        within.wakes();
        if is_skipped { Ok(()) } else { Err(StoreError::EventNotSkippable { id }) }
    }

    fn woken(&self) -> Woken {
        self.wake().woken()
    }
}

impl Store {
    async fn claim_once(
        &self,
        kinds: &[EventKind],
        most: usize,
        lease: Duration,
        shares: Shares,
    ) -> Result<Vec<Claim>, StoreError> {
        if let Some(claims) = self.claim_first(kinds, most, lease, shares).await? {
            return Ok(claims);
        }
        // What is due is found without keeping writers out; whether it still is, the lease finds out.
        let next = self.read().await?.next_events(kinds, most, shares).await?;
        if next.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.begin().await?;
        let mut claims = Vec::new();
        for id in next {
            claims.extend(transaction.lease_event(&id, lease).await?);
        }
        transaction.commit().await?;
        claims.sort_by_key(|claim| claim.event.summary.position);
        Ok(claims)
    }

    async fn renew_once(&self, claim: &Claim, lease: NewLease) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let is_held = transaction.tables().renew_event_lease(&claim.id().to_string(), lease).await?;
        transaction.commit().await?;
        Ok(is_held)
    }

    /// Claims what came in first, where a queue beside the table knows it. `None` where there is none, and where there may
    /// be more than that: then it has to be shared out.
    async fn claim_first(
        &self,
        kinds: &[EventKind],
        most: usize,
        lease: Duration,
        shares: Shares,
    ) -> Result<Option<Vec<Claim>>, StoreError> {
        if !self.has_message_queue() {
            return Ok(None);
        }
        let mut transaction = self.begin().await?;
        let (before, node) = (transaction.at_work(kinds).await?, transaction.node());
        let Some(leased) = transaction.tables().lease_first(kinds, most, lease, node).await? else {
            return Ok(None);
        };
        let keys = leased.iter().map(|(row, _)| row.key.clone());
        if leased.len() >= most || !before.has_room_for(keys, shares) {
            return Ok(None);
        }
        let mut claims = Vec::with_capacity(leased.len());
        for (row, token) in leased {
            claims.push(Claim { event: transaction.queued(row).await?, token });
        }
        transaction.commit().await?;
        claims.sort_by_key(|claim: &Claim| claim.event.summary.position);
        Ok(Some(claims))
    }
}

impl Transaction {
    async fn insert_event(
        &mut self,
        new: NewEvent,
        lease: Option<NewLease>,
        begun: Option<FirstAttempt>,
    ) -> Result<EventRow, StoreError> {
        let now = self.now();
        let id = match &begun {
            None => EventId::generate(),
            Some(first) => EventId::parse(&first.run.to_string())
                .ok_or(StoreError::Internal { action: "name an event after its run" })?,
        };
        let attempt = i64::from(lease.is_some() || begun.is_some());
        let (state, due_in) = match begun.as_ref().map(|first| first.then) {
            None => (EventState::Waiting, new.due_in),
            Some(Then::Retry(wait)) => (EventState::Waiting, wait),
            Some(Then::Dead) => (EventState::Dead, Duration::ZERO),
        };
        let (run_id, error) = match begun {
            None => (None, None),
            Some(first) => (Some(first.run.to_string()), Some(first.error)),
        };
        let payload = self.seal_json(&Purpose::EventPayload(&new.connection, id), &new.payload).await?;
        let row = NewEventRow {
            id: id.to_string(),
            key: new.connection,
            kind: new.kind,
            lane: new.kind.lane(id),
            function: new.function.map(String::from),
            operation: new.operation.map(|operation| operation.as_str()),
            deployment: new.deployment.map(|deployment| deployment.to_string()),
            request_id: new.request_id.map(String::from),
            payload,
            state,
            attempt,
            due_in,
            lease,
            error,
            run_id,
            finished_at: (state == EventState::Dead).then(|| now.as_millisecond()),
            now: now.as_millisecond(),
        };
        let row = self.tables().insert_event_row(row).await?;
        self.wakes();
        Ok(row)
    }

    async fn lease_event(&mut self, id: &str, lasts: Duration) -> Result<Option<Claim>, StoreError> {
        let token = Token::of(self.node());
        let Some(row) = self.tables().lease_event(id, NewLease { token, lasts }).await? else {
            return Ok(None);
        };
        Ok(Some(Claim { event: self.queued(row).await?, token }))
    }

    async fn seal_json(&mut self, purpose: &Purpose<'_>, value: &Value) -> Result<Vec<u8>, StoreError> {
        let plain = zeroize::Zeroizing::new(encode(value)?);
        self.sealing().await?.seal(purpose, plain.as_bytes())
    }
}

fn held(is_held: bool, id: EventId) -> Result<(), StoreError> {
    if is_held { Ok(()) } else { Err(StoreError::EventLost { id }) }
}
