//! The SQL of the audit log.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::row::get;
use super::{SqlConnection, SqlTables, query};
use crate::database::{AuditRow, AuditTable};
use crate::{AuditFilter, StoreError};

const INSERT: &str = "
    INSERT INTO audit (environment, id, at, actor, action, subject, detail)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const SELECT: &str = "
    SELECT id, at, actor, action, subject, detail FROM audit
    WHERE environment = $1 AND (CAST($2 AS TEXT) IS NULL OR subject = $2)
    ORDER BY id DESC
    LIMIT $3";

#[async_trait]
impl<C: SqlConnection> AuditTable for SqlTables<C> {
    async fn insert_audit_row(
        &mut self,
        environment: &EnvironmentName,
        row: AuditRow,
    ) -> Result<(), StoreError> {
        let query = query(INSERT)
            .bind(environment.to_string())
            .bind(row.id)
            .bind(row.at)
            .bind(row.actor)
            .bind(row.action)
            .bind(row.subject)
            .bind(row.detail);
        self.execute(query).await?;
        Ok(())
    }

    async fn audit_rows(&mut self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        let query = query(SELECT)
            .bind(filter.environment.to_string())
            .bind(filter.subject.clone())
            .bind(i64::from(filter.limit));
        let rows = self.rows(query).await?;
        rows.iter()
            .map(|row| {
                Ok(AuditRow {
                    id: get(row, "id")?,
                    at: get(row, "at")?,
                    actor: get(row, "actor")?,
                    action: get(row, "action")?,
                    subject: get(row, "subject")?,
                    detail: get(row, "detail")?,
                })
            })
            .collect()
    }
}
