//! The SQL of events.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{ConnectionId, EnvironmentName, FunctionName, IntegrationId};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite};

use super::row::{failed, get, key};
use super::{SqliteTables, query_of};
use crate::database::{
    EventEndColumns, EventRow, EventTable, GroupColumns, HeadRow, KeyColumns, NewEventRow, NewLease,
};
use crate::token::Token;
use crate::{ConnectionKey, EventFilter, EventKind, EventState, StoreError};

const INSERT: &str = "
    INSERT INTO events (environment, integration, connection_id, id, kind, lane, function, operation, deployment,
                        payload, state, attempt, due_at, lease_token, lease_expires_at, error, run_id, created_at,
                        finished_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
    RETURNING *";

/// One look into the index for each integration, however much waits.
const SELECT_GROUPS: &str = "
    WITH RECURSIVE seen (environment, integration) AS (
        SELECT * FROM (
            SELECT environment, integration FROM events WHERE state = 'waiting'
            ORDER BY environment, integration LIMIT 1)
        UNION ALL
        SELECT after.environment, after.integration FROM seen, events AS after
        WHERE after.position = (
            SELECT next.position FROM events AS next
            WHERE next.state = 'waiting'
              AND (next.environment, next.integration) > (seen.environment, seen.integration)
            ORDER BY next.environment, next.integration LIMIT 1))
    SELECT environment, integration FROM seen";

const SELECT_LEASED: &str = "
    SELECT environment, integration, connection_id FROM events
    WHERE lease_token IS NOT NULL AND lease_expires_at > $1 AND kind IN ($2, $3, $4, $5)";

/// A head is a waiting event before which none waits in its lane.
const IS_HEAD: &str = "
    head.state = 'waiting' AND NOT EXISTS (
        SELECT 1 FROM events AS earlier
        WHERE earlier.environment = head.environment AND earlier.integration = head.integration
          AND earlier.connection_id = head.connection_id AND earlier.lane = head.lane
          AND earlier.state = 'waiting' AND earlier.position < head.position)";

const LEASE: &str = "
    UPDATE events AS head SET lease_token = $2, lease_expires_at = $4, attempt = attempt + 1
    WHERE head.id = $1 AND head.due_at <= $3
      AND (head.lease_expires_at IS NULL OR head.lease_expires_at <= $3) AND ";

const RENEW: &str = "
    UPDATE events SET lease_expires_at = $3 WHERE id = $1 AND lease_token = $2 AND state = 'waiting'";

const END: &str = "
    UPDATE events
    SET state = $3, error = $4, run_id = $5, result = $6, finished_at = $7, lease_token = NULL,
        lease_expires_at = NULL
    WHERE id = $1 AND lease_token = $2 AND state = 'waiting'";

const RELEASE: &str = "
    UPDATE events
    SET due_at = $3, attempt = $4, error = $5, lease_token = NULL, lease_expires_at = NULL
    WHERE id = $1 AND lease_token = $2 AND state = 'waiting'";

/// A dead letter keeps what went wrong with it.
const FAIL_OF_CONNECTION: &str = "
    UPDATE events
    SET state = 'failed', error = CASE WHEN state = 'dead' THEN error ELSE $4 END, finished_at = $5,
        lease_token = NULL, lease_expires_at = NULL
    WHERE environment = $1 AND integration = $2 AND connection_id = $3
      AND ((kind IN ('setup', 'cleanup') AND state IN ('waiting', 'dead'))
        OR (kind = 'action' AND state = 'waiting' AND (lease_expires_at IS NULL OR lease_expires_at <= $6)))";

const REPLAY: &str = "
    UPDATE events
    SET state = 'waiting', replayed_after = attempt, due_at = $4, deployment = $3, result = NULL, finished_at = NULL
    WHERE environment = $1 AND id = $2 AND state IN ('dead', 'failed', 'skipped')";

const SKIP: &str = "
    UPDATE events
    SET state = 'skipped', finished_at = $3, lease_token = NULL, lease_expires_at = NULL
    WHERE environment = $1 AND id = $2
      AND (state = 'dead' OR (state = 'waiting' AND (lease_expires_at IS NULL OR lease_expires_at <= $4)))";

const SELECT_ONE: &str = "SELECT * FROM events WHERE environment = $1 AND id = $2";

const SELECT_LIST: &str = "
    SELECT position, id, environment, integration, connection_id, kind, function, operation, deployment,
           CAST('' AS BLOB) AS payload, state, attempt, replayed_after, due_at, lease_expires_at, error, run_id,
           CAST(NULL AS BLOB) AS result, created_at, finished_at
    FROM events
    WHERE environment = $1
      AND (CAST($2 AS TEXT) IS NULL OR state = $2)
      AND (CAST($3 AS TEXT) IS NULL OR kind = $3)
      AND (CAST($4 AS TEXT) IS NULL OR integration = $4)
      AND (CAST($5 AS TEXT) IS NULL OR connection_id = $5)
      AND (CAST($6 AS TEXT) IS NULL OR function = $6)
    ORDER BY position DESC
    LIMIT $7";

const COUNT_WAITING: &str = "
    SELECT COUNT(*) AS found FROM events
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state = 'waiting' AND kind = $4";

const COUNT_DEAD: &str = "
    SELECT COUNT(*) AS found FROM events
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state = 'dead' AND kind = $4";

const COUNT_OTHERS: &str = "
    SELECT COUNT(*) AS found FROM events
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND kind = $4 AND state = $5";

const COUNT_BY_CONNECTION: &str = "
    SELECT environment, integration, connection_id, COUNT(*) AS waiting FROM events
    WHERE environment = $1 AND state = 'waiting' AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
    GROUP BY environment, integration, connection_id
    ORDER BY integration, connection_id";

#[async_trait]
impl EventTable for SqliteTables {
    async fn insert_event_row(&mut self, row: NewEventRow) -> Result<EventRow, StoreError> {
        let due_at = self.after(row.due_in);
        let expires_at = row.lease.map(|lease| self.after(lease.lasts));
        let query = query_of!(INSERT, row.key)
            .bind(row.id)
            .bind(row.kind)
            .bind(row.lane)
            .bind(row.function)
            .bind(row.operation)
            .bind(row.deployment)
            .bind(row.payload)
            .bind(row.state)
            .bind(row.attempt)
            .bind(due_at)
            .bind(row.lease.map(|lease| lease.token.to_string()))
            .bind(expires_at)
            .bind(row.error)
            .bind(row.run_id)
            .bind(row.now)
            .bind(row.finished_at);
        let inserted = self.row(query).await?;
        event(&inserted.ok_or(StoreError::Internal { action: "insert an event" })?)
    }

    async fn waiting_groups(&mut self) -> Result<Vec<GroupColumns>, StoreError> {
        let rows = self.rows(sqlx::query(SELECT_GROUPS)).await?;
        rows.iter()
            .map(|row| {
                Ok(GroupColumns {
                    environment: get(row, "environment")?,
                    integration: get(row, "integration")?,
                })
            })
            .collect()
    }

    async fn leased_keys(&mut self, kinds: &[EventKind]) -> Result<Vec<KeyColumns>, StoreError> {
        let wanted = |kind: EventKind| if kinds.contains(&kind) { kind.as_str() } else { "" };
        let query = sqlx::query(SELECT_LEASED)
            .bind(self.now())
            .bind(wanted(EventKind::Setup))
            .bind(wanted(EventKind::Action))
            .bind(wanted(EventKind::Webhook))
            .bind(wanted(EventKind::Cleanup));
        self.rows(query).await?.iter().map(key).collect()
    }

    async fn due_heads(
        &mut self,
        group: &GroupColumns,
        kinds: &[EventKind],
        besides: &[String],
        most: i64,
    ) -> Result<Vec<HeadRow>, StoreError> {
        let now = self.now();
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT head.id, head.connection_id FROM events AS head WHERE ");
        query.push(IS_HEAD);
        query.push(" AND head.environment = ").push_bind(group.environment.clone());
        query.push(" AND head.integration = ").push_bind(group.integration.clone());
        query.push(" AND head.due_at <= ").push_bind(now);
        query.push(" AND (head.lease_expires_at IS NULL OR head.lease_expires_at <= ").push_bind(now);
        query.push(") AND head.kind IN (");
        list(&mut query, kinds.iter().map(|kind| kind.as_str().to_owned()));
        if !besides.is_empty() {
            query.push(") AND head.connection_id NOT IN (");
            list(&mut query, besides.iter().cloned());
        }
        query.push(") ORDER BY head.due_at, head.position LIMIT ").push_bind(most);
        let rows = query.build().fetch_all(&mut *self.0).await.map_err(failed)?;
        rows.iter()
            .map(|row| Ok(HeadRow { id: get(row, "id")?, connection_id: get(row, "connection_id")? }))
            .collect()
    }

    async fn lease_event(&mut self, id: &str, lease: NewLease) -> Result<Option<EventRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("{LEASE}{IS_HEAD} RETURNING *")))
            .bind(id.to_owned())
            .bind(lease.token.to_string())
            .bind(self.now())
            .bind(self.after(lease.lasts));
        self.row(query).await?.as_ref().map(event).transpose()
    }

    async fn renew_event_lease(&mut self, id: &str, lease: NewLease) -> Result<bool, StoreError> {
        let query = sqlx::query(RENEW).bind(id.to_owned()).bind(lease.token.to_string());
        self.changes(query.bind(self.after(lease.lasts))).await
    }

    async fn end_event(&mut self, id: &str, token: Token, end: EventEndColumns) -> Result<bool, StoreError> {
        let query = sqlx::query(END)
            .bind(id.to_owned())
            .bind(token.to_string())
            .bind(end.state)
            .bind(end.error)
            .bind(end.run_id)
            .bind(end.result)
            .bind(end.now);
        self.changes(query).await
    }

    async fn release_event(
        &mut self,
        id: &str,
        token: Token,
        due_in: Duration,
        attempt: i64,
        error: Option<String>,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(RELEASE)
            .bind(id.to_owned())
            .bind(token.to_string())
            .bind(self.after(due_in))
            .bind(attempt)
            .bind(error);
        self.changes(query).await
    }

    async fn fail_events_of(
        &mut self,
        key: &ConnectionKey,
        error: &'static str,
        now: i64,
    ) -> Result<(), StoreError> {
        let query = query_of!(FAIL_OF_CONNECTION, key).bind(error).bind(now);
        self.execute(query.bind(self.now())).await?;
        Ok(())
    }

    async fn replay_event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        deployment: Option<String>,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(REPLAY).bind(environment.to_string()).bind(id.to_owned());
        self.changes(query.bind(deployment).bind(self.now())).await
    }

    async fn skip_event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(SKIP).bind(environment.to_string()).bind(id.to_owned());
        self.changes(query.bind(now).bind(self.now())).await
    }

    async fn event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
    ) -> Result<Option<EventRow>, StoreError> {
        let query = sqlx::query(SELECT_ONE).bind(environment.to_string()).bind(id.to_owned());
        self.row(query).await?.as_ref().map(event).transpose()
    }

    async fn event_rows(&mut self, filter: &EventFilter) -> Result<Vec<EventRow>, StoreError> {
        let query = sqlx::query(SELECT_LIST)
            .bind(filter.environment.to_string())
            .bind(filter.state.map(EventState::as_str))
            .bind(filter.kind.map(EventKind::as_str))
            .bind(filter.integration.as_ref().map(IntegrationId::to_string))
            .bind(filter.connection_id.as_ref().map(ConnectionId::to_string))
            .bind(filter.function.as_ref().map(FunctionName::to_string))
            .bind(i64::from(filter.limit));
        self.rows(query).await?.iter().map(event).collect()
    }

    async fn count_events(
        &mut self,
        key: &ConnectionKey,
        kind: EventKind,
        state: EventState,
    ) -> Result<i64, StoreError> {
        // A state that is spelled out is one that has an index of its own.
        let query = match state {
            EventState::Waiting => query_of!(COUNT_WAITING, key).bind(kind.as_str()),
            EventState::Dead => query_of!(COUNT_DEAD, key).bind(kind.as_str()),
            other => query_of!(COUNT_OTHERS, key).bind(kind.as_str()).bind(other.as_str()),
        };
        self.row(query).await?.map_or(Ok(0), |row| get(&row, "found"))
    }

    async fn waiting_counts(
        &mut self,
        environment: &EnvironmentName,
        kind: Option<EventKind>,
    ) -> Result<Vec<(KeyColumns, i64)>, StoreError> {
        let query = sqlx::query(COUNT_BY_CONNECTION).bind(environment.to_string());
        let rows = self.rows(query.bind(kind.map(EventKind::as_str))).await?;
        rows.iter().map(|row| Ok((key(row)?, get(row, "waiting")?))).collect()
    }
}

fn list(query: &mut QueryBuilder<Sqlite>, values: impl Iterator<Item = String>) {
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value);
    }
}

fn event(row: &SqliteRow) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        position: get(row, "position")?,
        id: get(row, "id")?,
        key: key(row)?,
        kind: get(row, "kind")?,
        function: get(row, "function")?,
        operation: get(row, "operation")?,
        deployment: get(row, "deployment")?,
        payload: get(row, "payload")?,
        state: get(row, "state")?,
        attempt: get(row, "attempt")?,
        replayed_after: get(row, "replayed_after")?,
        due_at: get(row, "due_at")?,
        lease_expires_at: get(row, "lease_expires_at")?,
        error: get(row, "error")?,
        run_id: get(row, "run_id")?,
        result: get(row, "result")?,
        created_at: get(row, "created_at")?,
        finished_at: get(row, "finished_at")?,
    })
}
