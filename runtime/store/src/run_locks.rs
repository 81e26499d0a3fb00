//! Locks that runs take by name. (What keeps two processes from one connection is `locks.rs`.)

use std::time::Duration;

use onevent_contract::{EnvironmentName, RunId};
use sqlx::Row as _;

use crate::{Store, StoreError};

/// One run holds at most so many locks: more is a mistake, and a way to fill the database.
pub const MAX_LOCKS_OF_A_RUN: u32 = 1_000;

const SWEEP: &str = "DELETE FROM run_locks WHERE expires_at <= $1";

const TAKE: &str = "
    INSERT INTO run_locks (environment, name, run_id, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (environment, name) DO UPDATE SET expires_at = excluded.expires_at
    WHERE run_locks.run_id = excluded.run_id";

const COUNT: &str = "SELECT COUNT(*) AS held FROM run_locks WHERE run_id = $1";

const RELEASE: &str = "DELETE FROM run_locks WHERE environment = $1 AND name = $2 AND run_id = $3";

const RELEASE_ALL: &str = "DELETE FROM run_locks WHERE run_id = $1";

impl Store {
    /// Takes the lock `name` for a run. True where it was free, its time had passed, or the run has it already: then
    /// its time starts anew.
    ///
    /// # Errors
    /// [`StoreError::TooManyLocks`], [`StoreError::ReadOnly`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn acquire_lock(
        &self,
        environment: &EnvironmentName,
        name: &str,
        run: RunId,
        time_to_live: Duration,
    ) -> Result<bool, StoreError> {
        // One transaction from the first moment: a caller that goes away in between leaves all of it or nothing, and
        // whoever releases the run's locks next comes after it.
        let mut transaction = self.begin().await?;
        let now = transaction.now().as_millisecond();
        let expires_at = now.saturating_add(i64::try_from(time_to_live.as_millis()).unwrap_or(i64::MAX));
        let run = run.to_string();
        sqlx::query(SWEEP).bind(now).execute(transaction.sql()).await?;
        let taken = sqlx::query(TAKE)
            .bind(environment.as_str())
            .bind(name)
            .bind(&run)
            .bind(expires_at)
            .execute(transaction.sql())
            .await?;
        let held: i64 = sqlx::query(COUNT).bind(&run).fetch_one(transaction.sql()).await?.try_get("held")?;
        if held > i64::from(MAX_LOCKS_OF_A_RUN) {
            return Err(StoreError::TooManyLocks);
        }
        transaction.commit().await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Gives a lock back. True only where the run had it.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn release_lock(
        &self,
        environment: &EnvironmentName,
        name: &str,
        run: RunId,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let released = sqlx::query(RELEASE)
            .bind(environment.as_str())
            .bind(name)
            .bind(run.to_string())
            .execute(transaction.sql())
            .await?;
        transaction.commit().await?;
        Ok(released.rows_affected() == 1)
    }

    /// Gives every lock of a run back.
    ///
    /// # Errors
    /// As [`Store::release_lock`].
    pub async fn release_locks_of(&self, run: RunId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(RELEASE_ALL).bind(run.to_string()).execute(transaction.sql()).await?;
        transaction.commit().await
    }
}
