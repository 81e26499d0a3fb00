//! Events and webhooks, as columns.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::KeyColumns;
use crate::token::Token;
use crate::{ConnectionKey, EventFilter, EventKind, StoreError};

/// Whose an event is, and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeaseColumns {
    pub(crate) token: Token,
    pub(crate) expires_at: i64,
}

/// An event to be inserted.
#[derive(Debug)]
pub(crate) struct NewEventRow {
    pub(crate) id: String,
    pub(crate) key: ConnectionKey,
    pub(crate) kind: &'static str,
    pub(crate) lane: String,
    pub(crate) function: Option<String>,
    pub(crate) operation: Option<&'static str>,
    pub(crate) deployment: Option<String>,
    /// Sealed.
    pub(crate) payload: Vec<u8>,
    pub(crate) attempt: i64,
    pub(crate) due_at: i64,
    pub(crate) lease: Option<LeaseColumns>,
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
    /// Sealed; empty in a list.
    pub(crate) payload: Vec<u8>,
    pub(crate) state: String,
    pub(crate) attempt: i64,
    pub(crate) due_at: i64,
    pub(crate) lease_expires_at: Option<i64>,
    pub(crate) error: Option<String>,
    pub(crate) run_id: Option<String>,
    /// Sealed; `None` in a list.
    pub(crate) result: Option<Vec<u8>>,
    pub(crate) created_at: i64,
    pub(crate) finished_at: Option<i64>,
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
    /// Heads of lanes, by position: of these kinds, due and nobody's.
    async fn due_event_rows(
        &mut self,
        kinds: &[EventKind],
        now: i64,
        most: i64,
    ) -> Result<Vec<EventRow>, StoreError>;
    /// Its attempt grows by one.
    async fn lease_event(&mut self, id: &str, lease: LeaseColumns) -> Result<(), StoreError>;
    async fn renew_event_lease(&mut self, id: &str, lease: LeaseColumns) -> Result<bool, StoreError>;
    async fn end_event(&mut self, id: &str, token: Token, end: EventEndColumns) -> Result<bool, StoreError>;
    async fn release_event(
        &mut self,
        id: &str,
        token: Token,
        due_at: i64,
        attempt: i64,
        error: Option<String>,
    ) -> Result<bool, StoreError>;
    /// All waiting setups, and the waiting actions that nobody is at.
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
    async fn count_waiting(&mut self, key: &ConnectionKey, kind: EventKind) -> Result<i64, StoreError>;
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
