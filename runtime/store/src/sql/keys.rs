//! The SQL of keys.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::row::{SqlRow, get};
use super::{SqlConnection, SqlTables, query};
use crate::StoreError;
use crate::database::{ApiKeyRow, KeyTable};

const INSERT: &str = "
    INSERT INTO api_keys (environment, id, name, secret_hash, scopes, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)";

const REVOKE: &str = "
    UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $3) WHERE environment = $1 AND id = $2";

const SELECT: &str = "
    SELECT environment, id, name, secret_hash, scopes, created_at, revoked_at
    FROM api_keys WHERE secret_hash = $1";

const SELECT_LIST: &str = "
    SELECT environment, id, name, secret_hash, scopes, created_at, revoked_at
    FROM api_keys WHERE CAST($1 AS TEXT) IS NULL OR environment = $1
    ORDER BY environment, id";

const SELECT_SIGNING_KEY: &str = "SELECT sealed FROM webhook_signing_keys WHERE environment = $1";

const INSERT_SIGNING_KEY: &str = "
    INSERT INTO webhook_signing_keys (environment, sealed, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (environment) DO NOTHING";

#[async_trait]
impl<C: SqlConnection> KeyTable for SqlTables<C> {
    async fn insert_api_key_row(&mut self, row: ApiKeyRow) -> Result<(), StoreError> {
        let query = query(INSERT)
            .bind(row.environment)
            .bind(row.id)
            .bind(row.name)
            .bind(row.secret_hash)
            .bind(row.scopes)
            .bind(row.created_at);
        self.execute(query).await?;
        Ok(())
    }

    async fn set_api_key_revoked(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.changes(query(REVOKE).bind(environment.to_string()).bind(id.to_owned()).bind(now)).await
    }

    async fn api_key_row(&mut self, secret_hash: &[u8]) -> Result<Option<ApiKeyRow>, StoreError> {
        self.row(query(SELECT).bind(secret_hash.to_vec())).await?.as_ref().map(api_key).transpose()
    }

    async fn api_key_rows(
        &mut self,
        environment: Option<&EnvironmentName>,
    ) -> Result<Vec<ApiKeyRow>, StoreError> {
        let query = query(SELECT_LIST).bind(environment.map(EnvironmentName::to_string));
        self.rows(query).await?.iter().map(api_key).collect()
    }

    async fn signing_key(&mut self, environment: &EnvironmentName) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.row(query(SELECT_SIGNING_KEY).bind(environment.to_string())).await?;
        row.map(|row| get(&row, "sealed")).transpose()
    }

    async fn insert_signing_key(
        &mut self,
        environment: &EnvironmentName,
        sealed: Vec<u8>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let query = query(INSERT_SIGNING_KEY).bind(environment.to_string()).bind(sealed).bind(now);
        self.changes(query).await
    }
}

fn api_key(row: &SqlRow) -> Result<ApiKeyRow, StoreError> {
    Ok(ApiKeyRow {
        environment: get(row, "environment")?,
        id: get(row, "id")?,
        name: get(row, "name")?,
        secret_hash: get(row, "secret_hash")?,
        scopes: get(row, "scopes")?,
        created_at: get(row, "created_at")?,
        revoked_at: get(row, "revoked_at")?,
    })
}
