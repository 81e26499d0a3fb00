//! Events and webhooks, as columns.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::KeyColumns;
use crate::token::{Node, Token};
use crate::{ConnectionKey, EventFilter, EventKind, EventState, StoreError};

/// Whose an event is, and how long from now on, by the database's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewLease {
    pub(crate) token: Token,
    pub(crate) lasts: Duration,
}

/// An event to be inserted.
#[derive(Debug)]
pub(crate) struct NewEventRow {
    pub(crate) id: String,
    pub(crate) key: ConnectionKey,
    pub(crate) kind: EventKind,
    pub(crate) lane: String,
    pub(crate) function: Option<String>,
    pub(crate) operation: Option<&'static str>,
    pub(crate) deployment: Option<String>,
    pub(crate) request_id: Option<String>,
    /// Sealed.
    pub(crate) payload: Vec<u8>,
    pub(crate) state: EventState,
    pub(crate) attempt: i64,
    /// From now on, by the database's clock.
    pub(crate) due_in: Duration,
    pub(crate) lease: Option<NewLease>,
    pub(crate) error: Option<String>,
    pub(crate) run_id: Option<String>,
    pub(crate) finished_at: Option<i64>,
    pub(crate) now: i64,
}

/// An event.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) position: i64,
    pub(crate) id: String,
    pub(crate) key: KeyColumns,
    pub(crate) kind: String,
    pub(crate) function: Option<String>,
    pub(crate) operation: Option<String>,
    pub(crate) deployment: Option<String>,
    pub(crate) request_id: Option<String>,
    /// Sealed; empty in a list.
    pub(crate) payload: Vec<u8>,
    pub(crate) state: String,
    pub(crate) attempt: i64,
    pub(crate) replayed_after: Option<i64>,
    pub(crate) due_at: i64,
    pub(crate) lease_expires_at: Option<i64>,
    pub(crate) error: Option<String>,
    pub(crate) run_id: Option<String>,
    /// Sealed; `None` in a list.
    pub(crate) result: Option<Vec<u8>>,
    pub(crate) created_at: i64,
    pub(crate) finished_at: Option<i64>,
}

/// An event that may be begun.
#[derive(Debug)]
pub(crate) struct HeadRow {
    pub(crate) id: String,
    pub(crate) connection_id: String,
}

/// An integration of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct GroupColumns {
    pub(crate) environment: String,
    pub(crate) integration: String,
}

/// How an event ends.
#[derive(Debug)]
pub(crate) struct EventEndColumns {
    pub(crate) state: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) run_id: Option<String>,
    /// Sealed.
    pub(crate) result: Option<Vec<u8>>,
    pub(crate) now: i64,
}

/// Events. A change with a token answers whether that is the row's.
#[async_trait]
pub(crate) trait EventTable {
    /// With the position that it got: later ones are committed later.
    async fn insert_event_row(&mut self, row: NewEventRow) -> Result<EventRow, StoreError>;
    /// Where any events wait.
    async fn waiting_groups(&mut self) -> Result<Vec<GroupColumns>, StoreError>;
    /// The connections of the events of these kinds that a node is at, one for each event.
    async fn leased_keys(&mut self, kinds: &[EventKind], node: Node) -> Result<Vec<KeyColumns>, StoreError>;
    /// Heads of lanes, in the order in which they were due: of these kinds, due and nobody's, and of no connection that
    /// is among `besides`.
    async fn due_heads(
        &mut self,
        group: &GroupColumns,
        kinds: &[EventKind],
        besides: &[String],
        most: i64,
    ) -> Result<Vec<HeadRow>, StoreError>;
    /// The event with its lease and one attempt more; `None` where it is no head that is due and nobody's any more.
    async fn lease_event(&mut self, id: &str, lease: NewLease) -> Result<Option<EventRow>, StoreError>;
    /// Heads of lanes that are due and nobody's, in the order in which they came in, each with its lease and one attempt
    /// more; `None` where there is no queue beside the table, which would know them.
    async fn lease_first(
        &mut self,
        kinds: &[EventKind],
        most: usize,
        lasts: Duration,
        node: Node,
    ) -> Result<Option<Vec<(EventRow, Token)>>, StoreError>;
    async fn renew_event_lease(&mut self, id: &str, lease: NewLease) -> Result<bool, StoreError>;
    async fn end_event(&mut self, id: &str, token: Token, end: EventEndColumns) -> Result<bool, StoreError>;
    async fn release_event(
        &mut self,
        id: &str,
        token: Token,
        due_in: Duration,
        attempt: i64,
        error: Option<String>,
    ) -> Result<bool, StoreError>;
    /// An ended event waits again, due at once, and counts its attempts from here; whether there is such an event that
    /// is dead, failed or skipped.
    async fn replay_event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        deployment: Option<String>,
    ) -> Result<bool, StoreError>;
    /// Whether there is such an event that is dead, or waits and is nobody's.
    async fn skip_event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<bool, StoreError>;
    /// All setups and cleanups that wait or are dead, and the waiting actions that nobody is at.
    async fn fail_events_of(
        &mut self,
        key: &ConnectionKey,
        error: &'static str,
        now: i64,
    ) -> Result<(), StoreError>;
    async fn event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
    ) -> Result<Option<EventRow>, StoreError>;
    /// The newest first, without what is sealed.
    async fn event_rows(&mut self, filter: &EventFilter) -> Result<Vec<EventRow>, StoreError>;
    async fn count_events(
        &mut self,
        key: &ConnectionKey,
        kind: EventKind,
        state: EventState,
    ) -> Result<i64, StoreError>;
    /// For each connection that any wait for.
    async fn waiting_counts(
        &mut self,
        environment: &EnvironmentName,
        kind: Option<EventKind>,
    ) -> Result<Vec<(KeyColumns, i64)>, StoreError>;
}

/// An attempt to deliver a webhook.
#[derive(Debug)]
pub(crate) struct WebhookAttemptRow {
    pub(crate) event_id: String,
    pub(crate) attempt: i64,
    pub(crate) url: String,
    pub(crate) started_at: i64,
    pub(crate) duration_us: i64,
    pub(crate) status: Option<i64>,
    pub(crate) error: Option<String>,
}

/// Attempts to deliver webhooks.
#[async_trait]
pub(crate) trait WebhookAttemptTable {
    async fn insert_webhook_attempt_row(
        &mut self,
        environment: &EnvironmentName,
        row: WebhookAttemptRow,
    ) -> Result<(), StoreError>;
    /// The first one first.
    async fn webhook_attempt_rows(
        &mut self,
        environment: &EnvironmentName,
        event_id: &str,
    ) -> Result<Vec<WebhookAttemptRow>, StoreError>;
}
