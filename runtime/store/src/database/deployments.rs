//! Deployments as columns.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::functions::FunctionIdentity;
use crate::StoreError;

/// An entry of the history.
#[derive(Debug)]
pub(crate) struct HistoryRow {
    pub(crate) position: i64,
    pub(crate) deployment_id: String,
    pub(crate) act: String,
    pub(crate) at: i64,
    pub(crate) author: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) client: String,
}

/// Deployments, and which of them is active.
#[async_trait]
pub(crate) trait DeploymentTable {
    /// Keeps others from changing which deployments and versions there are until the transaction ends.
    async fn lock_deployments(&mut self, environment: &EnvironmentName) -> Result<(), StoreError>;
    async fn insert_deployment_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<(), StoreError>;
    async fn deployment_created_at(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
    ) -> Result<Option<i64>, StoreError>;
    async fn insert_deployment_function(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        position: i64,
        function: FunctionIdentity<'_>,
        version: i64,
    ) -> Result<(), StoreError>;
    /// As the last entry; its own position does not count.
    async fn insert_history_row(
        &mut self,
        environment: &EnvironmentName,
        row: HistoryRow,
    ) -> Result<HistoryRow, StoreError>;
    /// The newest first.
    async fn history_rows(
        &mut self,
        environment: &EnvironmentName,
        limit: i64,
    ) -> Result<Vec<HistoryRow>, StoreError>;
    /// All but those that were active last, so many, and those that a waiting or a dead event names.
    async fn delete_deployments_but(
        &mut self,
        environment: &EnvironmentName,
        newest: i64,
    ) -> Result<u64, StoreError>;
}
