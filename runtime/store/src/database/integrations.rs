//! Integrations as columns.

use async_trait::async_trait;
use onevent_contract::{EnvironmentName, IntegrationId};

use crate::StoreError;

/// An integration.
#[derive(Debug)]
pub(crate) struct IntegrationRow {
    pub(crate) environment: String,
    pub(crate) unique_key: String,
    pub(crate) provider: String,
    pub(crate) display_name: Option<String>,
    /// Sealed.
    pub(crate) credentials: Option<Vec<u8>>,
    pub(crate) integration_config: String,
    pub(crate) custom: String,
    pub(crate) forward_webhooks: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Integrations.
#[async_trait]
pub(crate) trait IntegrationTable {
    /// Whether there was none with this key before.
    async fn insert_integration_row(&mut self, row: IntegrationRow) -> Result<bool, StoreError>;
    async fn integration_row(
        &mut self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
    ) -> Result<Option<IntegrationRow>, StoreError>;
    /// By unique key.
    async fn integration_rows(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<Vec<IntegrationRow>, StoreError>;
    /// Whether there was one.
    async fn delete_integration_row(
        &mut self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
    ) -> Result<bool, StoreError>;
    /// Pending ones included.
    async fn count_connections(
        &mut self,
        environment: &EnvironmentName,
        integration: &IntegrationId,
    ) -> Result<i64, StoreError>;
}
