//! Removing what is old enough.

use async_trait::async_trait;

use crate::StoreError;

/// Each removes up to `most` of what ended before `before`, the oldest first, and answers with how many that were.
#[async_trait]
pub(crate) trait RetentionTable {
    async fn delete_old_runs(&mut self, before: i64, most: i64) -> Result<u64, StoreError>;
    /// Those that wait have not ended.
    async fn delete_old_events(&mut self, before: i64, most: i64) -> Result<u64, StoreError>;
    async fn delete_old_webhook_attempts(&mut self, before: i64, most: i64) -> Result<u64, StoreError>;
    async fn delete_old_audit_rows(&mut self, before: i64, most: i64) -> Result<u64, StoreError>;
}
