//! The SQL of integrations.

use async_trait::async_trait;
use onevent_contract::{EnvironmentName, IntegrationId};

use super::row::{SqlRow, get};
use super::{SqlConnection, SqlTables, query};
use crate::StoreError;
use crate::database::{IntegrationRow, IntegrationTable};

const INSERT: &str = "
    INSERT INTO integrations (environment, unique_key, provider, display_name, credentials, integration_config,
                              custom, forward_webhooks, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (environment, unique_key) DO NOTHING";

const SELECT: &str = "
    SELECT environment, unique_key, provider, display_name, credentials, integration_config, custom,
           forward_webhooks, created_at, updated_at
    FROM integrations
    WHERE environment = $1 AND (CAST($2 AS TEXT) IS NULL OR unique_key = $2)
    ORDER BY unique_key";

const DELETE: &str = "DELETE FROM integrations WHERE environment = $1 AND unique_key = $2";

const COUNT_CONNECTIONS: &str = "
    SELECT COUNT(*) AS found FROM connections WHERE environment = $1 AND integration = $2";

#[async_trait]
impl<C: SqlConnection> IntegrationTable for SqlTables<C> {
    async fn insert_integration_row(&mut self, row: IntegrationRow) -> Result<bool, StoreError> {
        let query = query(INSERT)
            .bind(row.environment)
            .bind(row.unique_key)
            .bind(row.provider)
            .bind(row.display_name)
            .bind(row.credentials)
            .bind(row.integration_config)
            .bind(row.custom)
            .bind(row.forward_webhooks)
            .bind(row.created_at)
            .bind(row.updated_at);
        self.changes(query).await
    }

    async fn integration_row(
        &mut self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
    ) -> Result<Option<IntegrationRow>, StoreError> {
        let query = query(SELECT).bind(environment.as_str()).bind(unique_key.as_str()).locked();
        self.row(query).await?.as_ref().map(integration).transpose()
    }

    async fn integration_rows(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<Vec<IntegrationRow>, StoreError> {
        let query = query(SELECT).bind(environment.to_string()).bind(None::<String>);
        self.rows(query).await?.iter().map(integration).collect()
    }

    async fn delete_integration_row(
        &mut self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
    ) -> Result<bool, StoreError> {
        self.changes(query(DELETE).bind(environment.to_string()).bind(unique_key.to_string())).await
    }

    async fn count_connections(
        &mut self,
        environment: &EnvironmentName,
        integration: &IntegrationId,
    ) -> Result<i64, StoreError> {
        let query = query(COUNT_CONNECTIONS).bind(environment.to_string());
        let row = self.row(query.bind(integration.to_string())).await?;
        row.map_or(Ok(0), |row| get(&row, "found"))
    }
}

fn integration(row: &SqlRow) -> Result<IntegrationRow, StoreError> {
    Ok(IntegrationRow {
        environment: get(row, "environment")?,
        unique_key: get(row, "unique_key")?,
        provider: get(row, "provider")?,
        display_name: get(row, "display_name")?,
        credentials: get(row, "credentials")?,
        integration_config: get(row, "integration_config")?,
        custom: get(row, "custom")?,
        forward_webhooks: get(row, "forward_webhooks")?,
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
    })
}
