//! The queue of events: what is to be done comes in with the change that it follows from, and is done in order.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use crate::cipher::Purpose;
use crate::database::{EventEndColumns, EventRow, LeaseColumns, NewEventRow};
use crate::events::{queued, summary};
use crate::json::encode;
use crate::token::Token;
use crate::wake::Woken;
use crate::{
    Claim, EventEnd, EventId, EventKind, EventState, NewEvent, PutBack, QueuedEvent, Store, StoreError,
    StoreMode, Transaction,
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

    /// Takes up to `most` events of these kinds: heads of lanes that are due and nobody's.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::ReadOnly`], [`StoreError::Busy`] or [`StoreError::Database`].
    async fn claim(
        &self,
        kinds: &[EventKind],
        most: usize,
        lease: Duration,
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

    /// Gives an event back, if the transaction commits: it is due then, and keeps its place.
    ///
    /// # Errors
    /// As [`Queue::finish`].
    async fn put_back(
        &self,
        within: &mut Transaction,
        claim: &Claim,
        due_at: Timestamp,
        why: PutBack,
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
        let row = within.insert_event(new, None).await?;
        EventId::parse(&row.id).ok_or_else(|| StoreError::corrupt("event id"))
    }

    async fn enqueue_claimed(
        &self,
        within: &mut Transaction,
        new: NewEvent,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let (token, payload) = (Token::generate(), new.payload.clone());
        let expires_at = after(within.now(), lease);
        let row = within.insert_event(new, Some(LeaseColumns { token, expires_at })).await?;
        Ok(Claim { event: QueuedEvent { summary: summary(row)?, payload, result: None }, token })
    }

    async fn claim(
        &self,
        kinds: &[EventKind],
        most: usize,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        if self.mode() == StoreMode::ReadOnly {
            return Err(StoreError::ReadOnly);
        }
        // Nearly always there is nothing to do, and that can be seen without keeping writers out.
        if self.read().await?.due_events(kinds, 1).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.begin().await?;
        let mut claims = Vec::new();
        for row in transaction.due_events(kinds, most).await? {
            claims.push(transaction.lease_event(row, lease).await?);
        }
        transaction.commit().await?;
        Ok(claims)
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let lease = LeaseColumns { token: claim.token, expires_at: after(transaction.now(), lease) };
        let is_held = transaction.tables().renew_event_lease(&claim.id().to_string(), lease).await?;
        transaction.commit().await?;
        Ok(is_held)
    }

    async fn finish(&self, within: &mut Transaction, claim: &Claim, end: EventEnd) -> Result<(), StoreError> {
        let (state, run, error, result) = match end {
            EventEnd::Done { run, result } => (EventState::Done, run, None, result),
            EventEnd::Failed { run, error } => (EventState::Failed, run, Some(error), None),
        };
        let id = claim.id();
        let end = EventEndColumns {
            state: state.as_str(),
            error,
            run_id: run.map(|run| run.to_string()),
            result: result.map(|result| within.seal_json(&Purpose::EventResult(id), &result)).transpose()?,
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
        due_at: Timestamp,
        why: PutBack,
    ) -> Result<(), StoreError> {
        let id = claim.id();
        let (begun, error) = match why {
            PutBack::NotBegun => (false, claim.event.summary.error.clone()),
            PutBack::Retry { error } => (true, Some(error)),
        };
        let attempt = i64::from(claim.attempt()) - i64::from(!begun);
        let (text, due_at) = (id.to_string(), due_at.as_millisecond());
        let is_held = within.tables().release_event(&text, claim.token, due_at, attempt, error).await?;
        within.wakes();
        held(is_held, id)
    }

    fn woken(&self) -> Woken {
        self.wake().woken()
    }
}

impl Transaction {
    async fn insert_event(
        &mut self,
        new: NewEvent,
        lease: Option<LeaseColumns>,
    ) -> Result<EventRow, StoreError> {
        let (id, now) = (EventId::generate(), self.now());
        let row = NewEventRow {
            id: id.to_string(),
            key: new.connection,
            kind: new.kind.as_str(),
            lane: new.kind.lane(id),
            function: new.function.map(String::from),
            operation: new.operation.map(|operation| operation.as_str()),
            deployment: new.deployment.map(|deployment| deployment.to_string()),
            payload: self.seal_json(&Purpose::EventPayload(id), &new.payload)?,
            attempt: i64::from(lease.is_some()),
            due_at: new.due_at.unwrap_or(now).as_millisecond(),
            lease,
            now: now.as_millisecond(),
        };
        let row = self.tables().insert_event_row(row).await?;
        self.wakes();
        Ok(row)
    }

    async fn due_events(&mut self, kinds: &[EventKind], most: usize) -> Result<Vec<EventRow>, StoreError> {
        let now = self.now().as_millisecond();
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.tables().due_event_rows(kinds, now, most).await
    }

    async fn lease_event(&mut self, mut row: EventRow, lease: Duration) -> Result<Claim, StoreError> {
        let token = Token::generate();
        let expires_at = after(self.now(), lease);
        self.tables().lease_event(&row.id, LeaseColumns { token, expires_at }).await?;
        (row.attempt, row.lease_expires_at) = (row.attempt + 1, Some(expires_at));
        Ok(Claim { event: queued(self.cipher(), row)?, token })
    }

    fn seal_json(&self, purpose: &Purpose<'_>, value: &Value) -> Result<Vec<u8>, StoreError> {
        let plain = zeroize::Zeroizing::new(encode(value)?);
        self.cipher().seal(purpose, plain.as_bytes())
    }
}

fn held(is_held: bool, id: EventId) -> Result<(), StoreError> {
    if is_held { Ok(()) } else { Err(StoreError::EventLost { id }) }
}

/// The moment so long after another one, in milliseconds.
fn after(at: Timestamp, duration: Duration) -> i64 {
    at.as_millisecond().saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}
