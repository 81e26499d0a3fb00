//! What people did, as columns.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use crate::{AuditFilter, StoreError};

/// One act.
#[derive(Debug)]
pub(crate) struct AuditRow {
    pub(crate) id: String,
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) detail: String,
}

/// The audit log.
#[async_trait]
pub(crate) trait AuditTable {
    async fn insert_audit_row(
        &mut self,
        environment: &EnvironmentName,
        row: AuditRow,
    ) -> Result<(), StoreError>;
    /// The newest first.
    async fn audit_rows(&mut self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError>;
}
