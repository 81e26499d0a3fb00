//! The SQL of what is known of a Nango.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::row::{SqlRow, get, key};
use super::{SqlConnection, SqlTables, query, query_of};
use crate::database::{UpstreamRow, UpstreamStateColumns, UpstreamTable};
use crate::{ConnectionKey, StoreError, UpstreamFilter, UpstreamStateName};

const SET: &str = "
    INSERT INTO upstream_connections (environment, integration, connection_id, upstream_id, state, to_delete, message,
                                      run_id, first_seen_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    ON CONFLICT (environment, integration, connection_id) DO UPDATE
    SET first_seen_at = CASE
            WHEN upstream_connections.upstream_id = excluded.upstream_id THEN upstream_connections.first_seen_at
            ELSE excluded.first_seen_at
        END,
        upstream_id = excluded.upstream_id, state = excluded.state, to_delete = excluded.to_delete,
        message = excluded.message, run_id = excluded.run_id, changed_at = excluded.changed_at";

const SELECT_ONE: &str = "
    SELECT environment, integration, connection_id, upstream_id, state, to_delete, message, run_id, first_seen_at,
           changed_at
    FROM upstream_connections WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const SELECT_LIST: &str = "
    SELECT environment, integration, connection_id, upstream_id, state, to_delete, message, run_id, first_seen_at,
           changed_at
    FROM upstream_connections WHERE environment = $1 AND ($2 = '' OR (state = $2 AND to_delete = $3))
    ORDER BY integration, connection_id LIMIT $4 OFFSET $5";

const DELETE: &str = "
    DELETE FROM upstream_connections WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const TAKE_WEBHOOK: &str = "
    INSERT INTO upstream_webhooks (environment, id, taken_at) VALUES ($1, $2, $3)
    ON CONFLICT (environment, id) DO NOTHING";

const DELETE_WEBHOOKS: &str = "DELETE FROM upstream_webhooks WHERE environment = $1 AND taken_at < $2";

const SET_COMPARED_AT: &str = "
    INSERT INTO upstream_comparisons (environment, compared_at) VALUES ($1, $2)
    ON CONFLICT (environment) DO UPDATE SET compared_at = excluded.compared_at";

const SELECT_COMPARED_AT: &str = "SELECT compared_at FROM upstream_comparisons WHERE environment = $1";

#[async_trait]
impl<C: SqlConnection> UpstreamTable for SqlTables<C> {
    async fn set_upstream_row(
        &mut self,
        key: &ConnectionKey,
        upstream_id: i64,
        state: UpstreamStateColumns,
        now: i64,
    ) -> Result<(), StoreError> {
        let UpstreamStateColumns { state, to_delete, message, run_id } = state;
        let query = query_of!(SET, key).bind(upstream_id).bind(state).bind(to_delete);
        self.execute(query.bind(message).bind(run_id).bind(now)).await?;
        Ok(())
    }

    async fn upstream_row(&mut self, key: &ConnectionKey) -> Result<Option<UpstreamRow>, StoreError> {
        self.row(query_of!(SELECT_ONE, key)).await?.as_ref().map(upstream).transpose()
    }

    async fn upstream_rows(&mut self, filter: &UpstreamFilter) -> Result<Vec<UpstreamRow>, StoreError> {
        let (state, to_delete) = filter.state.map_or(("", 0), UpstreamStateName::columns);
        let limit = filter.limit.map_or(i64::MAX, i64::from);
        let offset = limit.saturating_mul(filter.page.into());
        let query = query(SELECT_LIST).bind(filter.environment.to_string());
        let query = query.bind(state.to_owned()).bind(to_delete).bind(limit).bind(offset);
        self.rows(query).await?.iter().map(upstream).collect()
    }

    async fn delete_upstream_row(&mut self, key: &ConnectionKey) -> Result<bool, StoreError> {
        self.changes(query_of!(DELETE, key)).await
    }

    async fn insert_upstream_webhook(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let query = query(TAKE_WEBHOOK).bind(environment.to_string()).bind(id.to_owned());
        self.changes(query.bind(now)).await
    }

    async fn delete_upstream_webhooks(
        &mut self,
        environment: &EnvironmentName,
        before: i64,
    ) -> Result<u64, StoreError> {
        self.execute(query(DELETE_WEBHOOKS).bind(environment.to_string()).bind(before)).await
    }

    async fn set_compared_at(&mut self, environment: &EnvironmentName, now: i64) -> Result<(), StoreError> {
        self.execute(query(SET_COMPARED_AT).bind(environment.to_string()).bind(now)).await?;
        Ok(())
    }

    async fn compared_at(&mut self, environment: &EnvironmentName) -> Result<Option<i64>, StoreError> {
        let query = query(SELECT_COMPARED_AT).bind(environment.to_string());
        self.row(query).await?.map(|row| get(&row, "compared_at")).transpose()
    }
}

fn upstream(row: &SqlRow) -> Result<UpstreamRow, StoreError> {
    Ok(UpstreamRow {
        key: key(row)?,
        upstream_id: get(row, "upstream_id")?,
        state: UpstreamStateColumns {
            state: get(row, "state")?,
            to_delete: get(row, "to_delete")?,
            message: get(row, "message")?,
            run_id: get(row, "run_id")?,
        },
        first_seen_at: get(row, "first_seen_at")?,
        changed_at: get(row, "changed_at")?,
    })
}
