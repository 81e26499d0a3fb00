//! The SQL of the journal of operations.

use std::time::Duration;

use async_trait::async_trait;

use super::row::{SqlRow, get, key};
use super::{SqlConnection, SqlTables, after, now, query, query_of};
use crate::database::{NewOperationRow, OperationRow, OperationTable};
use crate::token::Token;
use crate::{ConnectionKey, StoreError};

const SELECT: &str = "
    SELECT environment, integration, connection_id, kind, token, started_at, previous,
           lease_expires_at <= $1 AS lease_is_over
    FROM operations";

const SELECT_ONE: &str = "
    SELECT environment, integration, connection_id, kind, token, started_at, previous,
           lease_expires_at <= $4 AS lease_is_over
    FROM operations WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const INSERT: &str = "
    INSERT INTO operations (environment, integration, connection_id, kind, token, started_at,
                            lease_expires_at, previous)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (environment, integration, connection_id) DO NOTHING";

const RENEW: &str = "UPDATE operations SET lease_expires_at = $2 WHERE token = $1";
const SET_PREVIOUS: &str = "UPDATE operations SET previous = $2 WHERE token = $1";
const DELETE: &str = "DELETE FROM operations WHERE token = $1";
const DELETE_OF: &str = "
    DELETE FROM operations WHERE environment = $1 AND integration = $2 AND connection_id = $3";

#[async_trait]
impl<C: SqlConnection> OperationTable for SqlTables<C> {
    async fn operation_rows(&mut self) -> Result<Vec<OperationRow>, StoreError> {
        self.rows(query(SELECT).bind(now())).await?.iter().map(operation).collect()
    }

    async fn operation_row(&mut self, key: &ConnectionKey) -> Result<Option<OperationRow>, StoreError> {
        self.row(query_of!(SELECT_ONE, key).bind(now()).locked()).await?.as_ref().map(operation).transpose()
    }

    async fn insert_operation_row(&mut self, row: NewOperationRow<'_>) -> Result<bool, StoreError> {
        let query = query_of!(INSERT, row.key)
            .bind(row.kind)
            .bind(row.token.to_string())
            .bind(row.started_at)
            .bind(after(row.lease))
            .bind(row.previous);
        self.changes(query).await
    }

    async fn set_previous(&mut self, token: Token, previous: Vec<u8>) -> Result<bool, StoreError> {
        self.changes(query(SET_PREVIOUS).bind(token.to_string()).bind(previous)).await
    }

    async fn set_lease(&mut self, token: Token, lease: Duration) -> Result<bool, StoreError> {
        self.changes(query(RENEW).bind(token.to_string()).bind(after(lease))).await
    }

    async fn delete_operation_row(&mut self, token: Token) -> Result<bool, StoreError> {
        self.changes(query(DELETE).bind(token.to_string())).await
    }

    async fn delete_operation_of(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        self.execute(query_of!(DELETE_OF, key)).await?;
        Ok(())
    }
}

fn operation(row: &SqlRow) -> Result<OperationRow, StoreError> {
    Ok(OperationRow {
        key: key(row)?,
        kind: get(row, "kind")?,
        token: get(row, "token")?,
        started_at: get(row, "started_at")?,
        lease_is_over: get(row, "lease_is_over")?,
        previous: get(row, "previous")?,
    })
}
