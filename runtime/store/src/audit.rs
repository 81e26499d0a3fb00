//! The audit log: what people did, and who.

use onevent_contract::{EnvironmentName, JsonObject};

use crate::audit_entry::{Actor, AuditAction, AuditEntry, AuditFilter};
use crate::database::AuditRow;
use crate::json::{decode, encode};
use crate::time::from_millis;
use crate::{AuditEntryId, Store, StoreError, Transaction};

impl Transaction {
    /// Notes an act, in the transaction that does it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn note_act(
        &mut self,
        environment: &EnvironmentName,
        actor: Actor,
        action: AuditAction,
        subject: String,
        detail: &JsonObject,
    ) -> Result<(), StoreError> {
        let row = AuditRow {
            id: AuditEntryId::generate().to_string(),
            at: self.now().as_millisecond(),
            actor: actor.to_string(),
            action: action.as_str().to_owned(),
            subject,
            detail: encode(detail)?,
        };
        self.tables().insert_audit_row(environment, row).await
    }
}

impl Store {
    /// What was done, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>, StoreError> {
        self.read().await?.tables().audit_rows(filter).await?.into_iter().map(entry).collect()
    }
}

fn entry(row: AuditRow) -> Result<AuditEntry, StoreError> {
    let damaged = || StoreError::corrupt("entry of the audit log");
    Ok(AuditEntry {
        id: AuditEntryId::parse(&row.id).ok_or_else(damaged)?,
        at: from_millis(row.at, "at")?,
        actor: Actor::from_name(&row.actor).ok_or_else(damaged)?,
        action: row.action.parse().map_err(|_| damaged())?,
        subject: row.subject,
        detail: decode(&row.detail, "entry of the audit log")?,
    })
}
