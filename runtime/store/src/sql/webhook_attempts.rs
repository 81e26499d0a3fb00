//! The SQL of attempts to deliver webhooks.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::row::get;
use super::{SqlConnection, SqlTables, query};
use crate::StoreError;
use crate::database::{WebhookAttemptRow, WebhookAttemptTable};

const INSERT: &str = "
    INSERT INTO webhook_attempts (environment, event_id, attempt, url, started_at, duration_us, status, error)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const SELECT: &str = "
    SELECT event_id, attempt, url, started_at, duration_us, status, error
    FROM webhook_attempts WHERE environment = $1 AND event_id = $2
    ORDER BY attempt";

#[async_trait]
impl<C: SqlConnection> WebhookAttemptTable for SqlTables<C> {
    async fn insert_webhook_attempt_row(
        &mut self,
        environment: &EnvironmentName,
        row: WebhookAttemptRow,
    ) -> Result<(), StoreError> {
        let query = query(INSERT)
            .bind(environment.to_string())
            .bind(row.event_id)
            .bind(row.attempt)
            .bind(row.url)
            .bind(row.started_at)
            .bind(row.duration_us)
            .bind(row.status)
            .bind(row.error);
        self.execute(query).await?;
        Ok(())
    }

    async fn webhook_attempt_rows(
        &mut self,
        environment: &EnvironmentName,
        event_id: &str,
    ) -> Result<Vec<WebhookAttemptRow>, StoreError> {
        let query = query(SELECT).bind(environment.to_string()).bind(event_id.to_owned());
        let rows = self.rows(query).await?;
        rows.iter()
            .map(|row| {
                Ok(WebhookAttemptRow {
                    event_id: get(row, "event_id")?,
                    attempt: get(row, "attempt")?,
                    url: get(row, "url")?,
                    started_at: get(row, "started_at")?,
                    duration_us: get(row, "duration_us")?,
                    status: get(row, "status")?,
                    error: get(row, "error")?,
                })
            })
            .collect()
    }
}
