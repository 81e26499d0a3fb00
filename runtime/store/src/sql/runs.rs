//! The SQL of runs.

use async_trait::async_trait;
use onevent_contract::{ConnectionId, EnvironmentName, FunctionName, IntegrationId, Outcome};

use super::row::{SqlRow, get, key};
use super::{SqlConnection, SqlTables, query, query_of};
use crate::database::{NewRunRow, RunRow, RunTable};
use crate::{RunFilter, StoreError};

const INSERT: &str = "
    INSERT INTO runs (environment, integration, connection_id, run_id, attempt, function, event, operation,
                      outcome, started_at, wall_us, caller_run_id, deployment, request_id, report)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

const SELECT_LIST: &str = "
    SELECT run_id, attempt, environment, integration, connection_id, function, event, outcome, started_at,
           wall_us, caller_run_id, deployment, request_id
    FROM runs
    WHERE environment = $1
      AND (CAST($2 AS TEXT) IS NULL OR integration = $2)
      AND (CAST($3 AS TEXT) IS NULL OR connection_id = $3)
      AND (CAST($4 AS TEXT) IS NULL OR function = $4)
      AND (CAST($5 AS TEXT) IS NULL OR outcome = $5)
      AND (CAST($6 AS TEXT) IS NULL OR request_id = $6)
    ORDER BY started_at DESC, run_id DESC, attempt DESC
    LIMIT $7";

/// Two rows are enough to tell one run from several.
const SELECT_IDS: &str = "SELECT DISTINCT run_id FROM runs WHERE run_id LIKE $1 LIMIT 2";

const SELECT_ONE: &str = "
    SELECT run_id, attempt, environment, integration, connection_id, function, event, outcome, started_at,
           wall_us, caller_run_id, deployment, request_id, report
    FROM runs WHERE run_id = $1 ORDER BY attempt DESC LIMIT 1";

const SELECT_ATTEMPTS: &str = "
    SELECT run_id, attempt, environment, integration, connection_id, function, event, outcome, started_at,
           wall_us, caller_run_id, deployment, request_id, report
    FROM runs WHERE run_id = $2 AND environment = $1 ORDER BY attempt";

#[async_trait]
impl<C: SqlConnection> RunTable for SqlTables<C> {
    async fn insert_run_row(&mut self, row: NewRunRow<'_>) -> Result<(), StoreError> {
        let query = query_of!(INSERT, row.key)
            .bind(row.run_id)
            .bind(row.attempt)
            .bind(row.function.to_owned())
            .bind(row.event)
            .bind(row.operation)
            .bind(row.outcome)
            .bind(row.started_at)
            .bind(row.wall_us)
            .bind(row.caller_run_id)
            .bind(row.deployment)
            .bind(row.request_id)
            .bind(row.report);
        self.execute(query).await?;
        Ok(())
    }

    async fn run_rows(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError> {
        let query = query(SELECT_LIST)
            .bind(filter.environment.as_str().to_owned())
            .bind(filter.integration.as_ref().map(IntegrationId::as_str).map(str::to_owned))
            .bind(filter.connection_id.as_ref().map(ConnectionId::as_str).map(str::to_owned))
            .bind(filter.function.as_ref().map(FunctionName::as_str).map(str::to_owned))
            .bind(filter.outcome.map(Outcome::as_str))
            .bind(filter.request_id.clone().map(String::from))
            .bind(i64::from(filter.limit));
        self.rows(query).await?.iter().map(run).collect()
    }

    async fn two_run_ids(&mut self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(query(SELECT_IDS).bind(format!("{prefix}%"))).await?;
        rows.iter().map(|row| get(row, "run_id")).collect()
    }

    async fn last_attempt(&mut self, run_id: &str) -> Result<Option<(RunRow, String)>, StoreError> {
        let row = self.row(query(SELECT_ONE).bind(run_id.to_owned())).await?;
        row.map(|row| Ok((run(&row)?, get(&row, "report")?))).transpose()
    }

    async fn attempt_rows(
        &mut self,
        environment: &EnvironmentName,
        run_id: &str,
    ) -> Result<Vec<(RunRow, String)>, StoreError> {
        let query = query(SELECT_ATTEMPTS).bind(environment.to_string()).bind(run_id.to_owned());
        self.rows(query).await?.iter().map(|row| Ok((run(row)?, get(row, "report")?))).collect()
    }
}

fn run(row: &SqlRow) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        run_id: get(row, "run_id")?,
        attempt: get(row, "attempt")?,
        key: key(row)?,
        function: get(row, "function")?,
        event: get(row, "event")?,
        outcome: get(row, "outcome")?,
        started_at: get(row, "started_at")?,
        wall_us: get(row, "wall_us")?,
        caller_run_id: get(row, "caller_run_id")?,
        deployment: get(row, "deployment")?,
        request_id: get(row, "request_id")?,
    })
}
