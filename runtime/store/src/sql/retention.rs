//! The SQL of removing what is old enough.

use async_trait::async_trait;

use super::{SqlConnection, SqlTables, query};
use crate::StoreError;
use crate::database::RetentionTable;

const DELETE_RUNS: &str = "
    DELETE FROM runs WHERE (run_id, attempt) IN (
        SELECT run_id, attempt FROM runs WHERE started_at < $1 ORDER BY started_at LIMIT $2)";

const DELETE_EVENTS: &str = "
    DELETE FROM events WHERE position IN (
        SELECT position FROM events
        WHERE finished_at IS NOT NULL AND finished_at < $1 ORDER BY finished_at LIMIT $2)";

const DELETE_WEBHOOK_ATTEMPTS: &str = "
    DELETE FROM webhook_attempts WHERE (environment, event_id, attempt) IN (
        SELECT environment, event_id, attempt FROM webhook_attempts
        WHERE started_at < $1 ORDER BY started_at LIMIT $2)";

const DELETE_AUDIT: &str = "
    DELETE FROM audit WHERE (environment, id) IN (
        SELECT environment, id FROM audit WHERE at < $1 ORDER BY at LIMIT $2)";

#[async_trait]
impl<C: SqlConnection> RetentionTable for SqlTables<C> {
    async fn delete_old_runs(&mut self, before: i64, most: i64) -> Result<u64, StoreError> {
        self.execute(query(DELETE_RUNS).bind(before).bind(most)).await
    }

    async fn delete_old_events(&mut self, before: i64, most: i64) -> Result<u64, StoreError> {
        self.execute(query(DELETE_EVENTS).bind(before).bind(most)).await
    }

    async fn delete_old_webhook_attempts(&mut self, before: i64, most: i64) -> Result<u64, StoreError> {
        self.execute(query(DELETE_WEBHOOK_ATTEMPTS).bind(before).bind(most)).await
    }

    async fn delete_old_audit_rows(&mut self, before: i64, most: i64) -> Result<u64, StoreError> {
        self.execute(query(DELETE_AUDIT).bind(before).bind(most)).await
    }
}
