//! Runs, and what they hold and remember, as columns.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::KeyColumns;
use crate::{ConnectionKey, RunFilter, StoreError};

/// A run to be inserted.
#[derive(Debug)]
pub(crate) struct NewRunRow<'a> {
    pub(crate) run_id: String,
    pub(crate) attempt: i64,
    pub(crate) key: &'a ConnectionKey,
    pub(crate) function: &'a str,
    pub(crate) event: Option<&'static str>,
    pub(crate) operation: Option<&'static str>,
    pub(crate) outcome: &'static str,
    pub(crate) started_at: i64,
    pub(crate) wall_us: i64,
    pub(crate) caller_run_id: Option<String>,
    pub(crate) deployment: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) report: String,
}

/// A run without its report.
#[derive(Debug)]
pub(crate) struct RunRow {
    pub(crate) run_id: String,
    pub(crate) attempt: i64,
    pub(crate) key: KeyColumns,
    pub(crate) function: String,
    pub(crate) event: Option<String>,
    pub(crate) outcome: String,
    pub(crate) started_at: i64,
    pub(crate) wall_us: i64,
    pub(crate) caller_run_id: Option<String>,
    pub(crate) deployment: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// Runs.
#[async_trait]
pub(crate) trait RunTable {
    async fn insert_run_row(&mut self, row: NewRunRow<'_>) -> Result<(), StoreError>;
    /// The newest first.
    async fn run_rows(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError>;
    /// Up to two ids of runs that begin like this: enough to tell one from several.
    async fn two_run_ids(&mut self, prefix: &str) -> Result<Vec<String>, StoreError>;
    /// The last attempt, with its report.
    async fn last_attempt(&mut self, run_id: &str) -> Result<Option<(RunRow, String)>, StoreError>;
    /// All attempts, the first one first, each with its report.
    async fn attempt_rows(
        &mut self,
        environment: &EnvironmentName,
        run_id: &str,
    ) -> Result<Vec<(RunRow, String)>, StoreError>;
}

/// Locks that runs take by name.
#[async_trait]
pub(crate) trait RunLockTable {
    /// Those whose time has passed, by the database's clock.
    async fn sweep_run_locks(&mut self) -> Result<(), StoreError>;
    /// Whether the run has it now: so long, by the database's clock.
    async fn take_run_lock(
        &mut self,
        environment: &EnvironmentName,
        name: &str,
        run_id: &str,
        time_to_live: Duration,
    ) -> Result<bool, StoreError>;
    async fn count_run_locks(&mut self, run_id: &str) -> Result<i64, StoreError>;
    async fn release_run_lock(
        &mut self,
        environment: &EnvironmentName,
        name: &str,
        run_id: &str,
    ) -> Result<bool, StoreError>;
    async fn release_run_locks(&mut self, run_id: &str) -> Result<(), StoreError>;
}

/// A checkpoint.
#[derive(Debug)]
pub(crate) struct CheckpointRow {
    pub(crate) value: Option<String>,
    pub(crate) version: i64,
}

/// Checkpoints.
#[async_trait]
pub(crate) trait CheckpointTable {
    async fn checkpoint_row(
        &mut self,
        key: &ConnectionKey,
        function: &str,
    ) -> Result<Option<CheckpointRow>, StoreError>;
    /// Whether there was none before.
    async fn insert_checkpoint(
        &mut self,
        key: &ConnectionKey,
        function: &str,
        value: Option<String>,
        now: i64,
    ) -> Result<bool, StoreError>;
    /// Whether the stored version was `expected_version`; it grows by one.
    async fn update_checkpoint(
        &mut self,
        key: &ConnectionKey,
        function: &str,
        value: Option<String>,
        expected_version: i64,
        now: i64,
    ) -> Result<bool, StoreError>;
}
