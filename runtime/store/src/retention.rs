//! Removing what is old enough, in small steps: nobody waits long for the database meanwhile.

use jiff::Timestamp;

use crate::{Store, StoreError};

/// How many rows of each kind one step removes: a transaction of some milliseconds.
pub const RETENTION_STEP: u32 = 500;

/// How many rows one step removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Runs, with their reports.
    pub runs: u64,
    /// Events that had ended, dead letters included.
    pub events: u64,
    /// Attempts to deliver webhooks.
    pub webhook_attempts: u64,
    /// Entries of the audit log.
    pub audit_entries: u64,
}

impl Forgotten {
    /// Whether there may be more that is as old.
    #[must_use]
    pub fn may_be_more(self) -> bool {
        let Self { runs, events, webhook_attempts, audit_entries } = self;
        [runs, events, webhook_attempts, audit_entries]
            .iter()
            .any(|removed| *removed >= RETENTION_STEP.into())
    }
}

impl Store {
    /// Removes runs that began, events that ended, attempts to deliver webhooks and acts of the audit log from before a
    /// moment: the oldest, up to [`RETENTION_STEP`] of each.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn forget_before(&self, before: Timestamp) -> Result<Forgotten, StoreError> {
        let (before, most) = (before.as_millisecond(), i64::from(RETENTION_STEP));
        let mut transaction = self.begin().await?;
        let tables = transaction.tables();
        let forgotten = Forgotten {
            runs: tables.delete_old_runs(before, most).await?,
            events: tables.delete_old_events(before, most).await?,
            webhook_attempts: tables.delete_old_webhook_attempts(before, most).await?,
            audit_entries: tables.delete_old_audit_rows(before, most).await?,
        };
        transaction.commit().await?;
        Ok(forgotten)
    }
}
