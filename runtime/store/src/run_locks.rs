//! Locks that runs take by name. (What keeps two processes from one connection are the owners of operations.)

use std::time::Duration;

use onevent_contract::{EnvironmentName, RunId};

use crate::{MAX_LOCKS_OF_A_RUN, Store, StoreError};

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
        let run = run.to_string();
        transaction.tables().sweep_run_locks().await?;
        let taken = transaction.tables().take_run_lock(environment, name, &run, time_to_live).await?;
        if transaction.tables().count_run_locks(&run).await? > i64::from(MAX_LOCKS_OF_A_RUN) {
            return Err(StoreError::TooManyLocks);
        }
        transaction.commit().await?;
        Ok(taken)
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
        let released = transaction.tables().release_run_lock(environment, name, &run.to_string()).await?;
        transaction.commit().await?;
        Ok(released)
    }

    /// Gives every lock of a run back.
    ///
    /// # Errors
    /// As [`Store::release_lock`].
    pub async fn release_locks_of(&self, run: RunId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        transaction.tables().release_run_locks(&run.to_string()).await?;
        transaction.commit().await
    }
}
