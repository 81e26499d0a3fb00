//! What is known of a Nango, as columns.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::KeyColumns;
use crate::{ConnectionKey, StoreError, UpstreamFilter};

/// What was decided about a connection of a Nango.
#[derive(Debug)]
pub(crate) struct UpstreamStateColumns {
    pub(crate) state: String,
    /// 1 or 0.
    pub(crate) to_delete: i64,
    pub(crate) message: Option<String>,
    pub(crate) run_id: Option<String>,
}

/// A connection of a Nango.
#[derive(Debug)]
pub(crate) struct UpstreamRow {
    pub(crate) key: KeyColumns,
    pub(crate) upstream_id: i64,
    pub(crate) state: UpstreamStateColumns,
    pub(crate) first_seen_at: i64,
    pub(crate) changed_at: i64,
}

/// What is known of a Nango.
#[async_trait]
pub(crate) trait UpstreamTable {
    /// `first_seen_at` stays while the number does.
    async fn set_upstream_row(
        &mut self,
        key: &ConnectionKey,
        upstream_id: i64,
        state: UpstreamStateColumns,
        now: i64,
    ) -> Result<(), StoreError>;
    async fn upstream_row(&mut self, key: &ConnectionKey) -> Result<Option<UpstreamRow>, StoreError>;
    /// By integration and id.
    async fn upstream_rows(&mut self, filter: &UpstreamFilter) -> Result<Vec<UpstreamRow>, StoreError>;
    /// Whether there was one.
    async fn delete_upstream_row(&mut self, key: &ConnectionKey) -> Result<bool, StoreError>;
    /// Whether there was none.
    async fn insert_upstream_webhook(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<bool, StoreError>;
    async fn delete_upstream_webhooks(
        &mut self,
        environment: &EnvironmentName,
        before: i64,
    ) -> Result<u64, StoreError>;
    async fn set_compared_at(&mut self, environment: &EnvironmentName, now: i64) -> Result<(), StoreError>;
    async fn compared_at(&mut self, environment: &EnvironmentName) -> Result<Option<i64>, StoreError>;
}
