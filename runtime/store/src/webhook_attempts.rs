//! The record of webhooks to the operator's app: each attempt to deliver one.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::EnvironmentName;

use crate::database::WebhookAttemptRow;
use crate::time::from_millis;
use crate::{EventId, Store, StoreError, Transaction};

/// One attempt to deliver a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAttempt {
    /// The event that it belongs to.
    pub event_id: EventId,
    /// 1 for the first one.
    pub attempt: u32,
    /// Where it went.
    pub url: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took; the store keeps whole microseconds.
    pub duration: Duration,
    /// The status of the answer; `None` where none came.
    pub status: Option<u16>,
    /// What went wrong, in words.
    pub error: Option<String>,
}

impl Transaction {
    /// Records an attempt.
    ///
    /// # Errors
    /// [`StoreError::Database`], also where this attempt is recorded already.
    pub async fn insert_webhook_attempt(
        &mut self,
        environment: &EnvironmentName,
        attempt: &WebhookAttempt,
    ) -> Result<(), StoreError> {
        let row = WebhookAttemptRow {
            event_id: attempt.event_id.to_string(),
            attempt: i64::from(attempt.attempt),
            url: attempt.url.clone(),
            started_at: attempt.started_at.as_millisecond(),
            duration_us: i64::try_from(attempt.duration.as_micros()).unwrap_or(i64::MAX),
            status: attempt.status.map(i64::from),
            error: attempt.error.clone(),
        };
        self.tables().insert_webhook_attempt_row(environment, row).await
    }
}

impl Store {
    /// The attempts to deliver a webhook, the first one first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn webhook_attempts(
        &self,
        environment: &EnvironmentName,
        event: EventId,
    ) -> Result<Vec<WebhookAttempt>, StoreError> {
        let mut transaction = self.read().await?;
        let rows = transaction.tables().webhook_attempt_rows(environment, &event.to_string()).await?;
        rows.into_iter().map(attempt).collect()
    }
}

fn attempt(row: WebhookAttemptRow) -> Result<WebhookAttempt, StoreError> {
    let damaged = || StoreError::corrupt("attempt of a webhook");
    Ok(WebhookAttempt {
        event_id: EventId::parse(&row.event_id).ok_or_else(damaged)?,
        attempt: u32::try_from(row.attempt).map_err(|_| damaged())?,
        url: row.url,
        started_at: from_millis(row.started_at, "started_at")?,
        duration: Duration::from_micros(u64::try_from(row.duration_us).map_err(|_| damaged())?),
        status: row.status.map(u16::try_from).transpose().map_err(|_| damaged())?,
        error: row.error,
    })
}
