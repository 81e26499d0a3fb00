//! The SQL of the journal of operations.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;

use super::row::{get, key};
use super::{SqliteTables, query_of};
use crate::database::{NewOperationRow, OperationRow, OperationTable};
use crate::token::Token;
use crate::{ConnectionKey, StoreError};

const SELECT: &str = "
    SELECT environment, integration, connection_id, kind, token, started_at, lease_expires_at, previous
    FROM operations";

const SELECT_ONE: &str = "
    SELECT environment, integration, connection_id, kind, token, started_at, lease_expires_at, previous
    FROM operations WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const INSERT: &str = "
    INSERT INTO operations (environment, integration, connection_id, kind, token, started_at,
                            lease_expires_at, previous)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const RENEW: &str = "UPDATE operations SET lease_expires_at = $2 WHERE token = $1";
const SET_PREVIOUS: &str = "UPDATE operations SET previous = $2 WHERE token = $1";
const DELETE: &str = "DELETE FROM operations WHERE token = $1";
const DELETE_OF: &str = "
    DELETE FROM operations WHERE environment = $1 AND integration = $2 AND connection_id = $3";

#[async_trait]
impl OperationTable for SqliteTables {
    async fn operation_rows(&mut self) -> Result<Vec<OperationRow>, StoreError> {
        let now = self.now();
        self.rows(sqlx::query(SELECT)).await?.iter().map(|row| operation(row, now)).collect()
    }

    async fn operation_row(&mut self, key: &ConnectionKey) -> Result<Option<OperationRow>, StoreError> {
        let now = self.now();
        self.row(query_of!(SELECT_ONE, key)).await?.map(|row| operation(&row, now)).transpose()
    }

    async fn insert_operation_row(&mut self, row: NewOperationRow<'_>) -> Result<(), StoreError> {
        let lease_expires_at = self.after(row.lease);
        let query = query_of!(INSERT, row.key)
            .bind(row.kind)
            .bind(row.token.to_string())
            .bind(row.started_at)
            .bind(lease_expires_at)
            .bind(row.previous);
        self.execute(query).await?;
        Ok(())
    }

    async fn set_previous(&mut self, token: Token, previous: Vec<u8>) -> Result<bool, StoreError> {
        self.changes(sqlx::query(SET_PREVIOUS).bind(token.to_string()).bind(previous)).await
    }

    async fn set_lease(&mut self, token: Token, lease: Duration) -> Result<bool, StoreError> {
        let expires_at = self.after(lease);
        self.changes(sqlx::query(RENEW).bind(token.to_string()).bind(expires_at)).await
    }

    async fn delete_operation_row(&mut self, token: Token) -> Result<bool, StoreError> {
        self.changes(sqlx::query(DELETE).bind(token.to_string())).await
    }

    async fn delete_operation_of(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        self.execute(query_of!(DELETE_OF, key)).await?;
        Ok(())
    }
}

fn operation(row: &SqliteRow, now: i64) -> Result<OperationRow, StoreError> {
    let lease_expires_at: i64 = get(row, "lease_expires_at")?;
    Ok(OperationRow {
        key: key(row)?,
        kind: get(row, "kind")?,
        token: get(row, "token")?,
        started_at: get(row, "started_at")?,
        lease_is_over: lease_expires_at <= now,
        previous: get(row, "previous")?,
    })
}
