//! The SQL of refreshes of access tokens.

use std::time::Duration;

use async_trait::async_trait;

use super::row::{SqlRow, get};
use super::{SqlConnection, SqlTables, after, now, query_of};
use crate::database::{RefreshColumns, RefreshFailureColumns, RefreshTable};
use crate::token::Token;
use crate::{ConnectionKey, StoreError};

const SELECT: &str = "
    SELECT refreshed_at, failed_at, failure, message, refused_days, refused_at FROM refreshes
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const TAKE: &str = "
    INSERT INTO refreshes (environment, integration, connection_id, lease_token, lease_expires_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (environment, integration, connection_id) DO UPDATE
    SET lease_token = excluded.lease_token, lease_expires_at = excluded.lease_expires_at
    WHERE refreshes.lease_token IS NULL OR refreshes.lease_expires_at <= $6";

const HAS: &str = "
    SELECT lease_token FROM refreshes
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND lease_token = $4";

const GIVE_BACK: &str = "
    UPDATE refreshes SET lease_token = NULL, lease_expires_at = NULL
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND lease_token = $4";

const SET: &str = "
    INSERT INTO refreshes (environment, integration, connection_id, refreshed_at, failed_at, failure, message,
                           refused_days, refused_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (environment, integration, connection_id) DO UPDATE
    SET refreshed_at = excluded.refreshed_at, failed_at = excluded.failed_at, failure = excluded.failure,
        message = excluded.message, refused_days = excluded.refused_days, refused_at = excluded.refused_at";

const DELETE: &str = "
    DELETE FROM refreshes WHERE environment = $1 AND integration = $2 AND connection_id = $3";

#[async_trait]
impl<C: SqlConnection> RefreshTable for SqlTables<C> {
    async fn refresh_columns(&mut self, key: &ConnectionKey) -> Result<Option<RefreshColumns>, StoreError> {
        self.row(query_of!(SELECT, key).locked()).await?.as_ref().map(columns).transpose()
    }

    async fn take_refresh_lease(
        &mut self,
        key: &ConnectionKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let query = query_of!(TAKE, key).bind(token.to_string()).bind(after(lease)).bind(now());
        self.changes(query).await
    }

    async fn has_refresh_lease(&mut self, key: &ConnectionKey, token: Token) -> Result<bool, StoreError> {
        Ok(self.row(query_of!(HAS, key).bind(token.to_string()).locked()).await?.is_some())
    }

    async fn give_refresh_lease_back(&mut self, key: &ConnectionKey, token: Token) -> Result<(), StoreError> {
        self.execute(query_of!(GIVE_BACK, key).bind(token.to_string())).await?;
        Ok(())
    }

    async fn set_refresh_columns(
        &mut self,
        key: &ConnectionKey,
        columns: RefreshColumns,
    ) -> Result<(), StoreError> {
        let RefreshColumns { refreshed_at, failure, refused_days, refused_at } = columns;
        let (at, kind, message) = match failure {
            Some(RefreshFailureColumns { at, kind, message }) => (Some(at), Some(kind), Some(message)),
            None => (None, None, None),
        };
        let query = query_of!(SET, key).bind(refreshed_at).bind(at).bind(kind).bind(message);
        self.execute(query.bind(refused_days).bind(refused_at)).await?;
        Ok(())
    }

    async fn delete_refresh_row(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        self.execute(query_of!(DELETE, key)).await?;
        Ok(())
    }
}

fn columns(row: &SqlRow) -> Result<RefreshColumns, StoreError> {
    let at: Option<i64> = get(row, "failed_at")?;
    let (kind, message): (Option<String>, Option<String>) = (get(row, "failure")?, get(row, "message")?);
    let failure = match (at, kind, message) {
        (Some(at), Some(kind), Some(message)) => Some(RefreshFailureColumns { at, kind, message }),
        _ => None,
    };
    Ok(RefreshColumns {
        refreshed_at: get(row, "refreshed_at")?,
        failure,
        refused_days: get(row, "refused_days")?,
        refused_at: get(row, "refused_at")?,
    })
}
