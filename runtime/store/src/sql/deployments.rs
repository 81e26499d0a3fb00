//! The SQL of deployments.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::row::{SqlRow, get};
use super::{SqlConnection, SqlTables, query};
use crate::StoreError;
use crate::database::{DeploymentTable, FunctionIdentity, HistoryRow};

const INSERT: &str = "INSERT INTO deployments (environment, id, created_at) VALUES ($1, $2, $3)";

const SELECT: &str = "SELECT created_at FROM deployments WHERE environment = $1 AND id = $2";

const INSERT_FUNCTION: &str = "
    INSERT INTO deployment_functions (environment, deployment_id, position, integration, function, type, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_HISTORY: &str = "
    INSERT INTO deployment_history (environment, position, deployment_id, act, at, author, message, client)
    SELECT $1, COALESCE(MAX(position), 0) + 1, $2, $3, $4, $5, $6, $7
    FROM deployment_history WHERE environment = $1
    RETURNING position, deployment_id, act, at, author, message, client";

const SELECT_HISTORY: &str = "
    SELECT position, deployment_id, act, at, author, message, client
    FROM deployment_history WHERE environment = $1
    ORDER BY position DESC
    LIMIT $2";

const DELETE_DEPLOYMENTS: &str = "
    DELETE FROM deployments
    WHERE environment = $1
      AND id NOT IN (
          SELECT deployment_id FROM deployment_history WHERE environment = $1
          GROUP BY deployment_id ORDER BY MAX(position) DESC LIMIT $2)
      AND id NOT IN (
          SELECT deployment FROM events
          WHERE environment = $1 AND state IN ('waiting', 'dead') AND deployment IS NOT NULL)";

#[async_trait]
impl<C: SqlConnection> DeploymentTable for SqlTables<C> {
    async fn lock_deployments(&mut self, environment: &EnvironmentName) -> Result<(), StoreError> {
        self.0.lock_name(&["deployments", environment.as_str()]).await
    }

    async fn insert_deployment_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        self.execute(query(INSERT).bind(environment.to_string()).bind(id.to_owned()).bind(now)).await?;
        Ok(())
    }

    async fn deployment_created_at(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
    ) -> Result<Option<i64>, StoreError> {
        let query = query(SELECT).bind(environment.to_string()).bind(id.to_owned());
        self.row(query).await?.map(|row| get(&row, "created_at")).transpose()
    }

    async fn insert_deployment_function(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        position: i64,
        function: FunctionIdentity<'_>,
        version: i64,
    ) -> Result<(), StoreError> {
        let query = query(INSERT_FUNCTION)
            .bind(environment.to_string())
            .bind(id.to_owned())
            .bind(position)
            .bind(function.key.integration.to_string())
            .bind(function.key.name.to_string())
            .bind(function.function_type)
            .bind(version);
        self.execute(query).await?;
        Ok(())
    }

    async fn insert_history_row(
        &mut self,
        environment: &EnvironmentName,
        row: HistoryRow,
    ) -> Result<HistoryRow, StoreError> {
        let query = query(INSERT_HISTORY)
            .bind(environment.to_string())
            .bind(row.deployment_id)
            .bind(row.act)
            .bind(row.at)
            .bind(row.author)
            .bind(row.message)
            .bind(row.client);
        let inserted = self.row(query).await?;
        history(&inserted.ok_or(StoreError::Internal { action: "insert into the history of deployments" })?)
    }

    async fn history_rows(
        &mut self,
        environment: &EnvironmentName,
        limit: i64,
    ) -> Result<Vec<HistoryRow>, StoreError> {
        let query = query(SELECT_HISTORY).bind(environment.to_string()).bind(limit);
        self.rows(query).await?.iter().map(history).collect()
    }

    async fn delete_deployments_but(
        &mut self,
        environment: &EnvironmentName,
        newest: i64,
    ) -> Result<u64, StoreError> {
        self.execute(query(DELETE_DEPLOYMENTS).bind(environment.to_string()).bind(newest)).await
    }
}

fn history(row: &SqlRow) -> Result<HistoryRow, StoreError> {
    Ok(HistoryRow {
        position: get(row, "position")?,
        deployment_id: get(row, "deployment_id")?,
        act: get(row, "act")?,
        at: get(row, "at")?,
        author: get(row, "author")?,
        message: get(row, "message")?,
        client: get(row, "client")?,
    })
}
