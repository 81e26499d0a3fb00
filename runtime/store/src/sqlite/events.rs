//! The SQL of events.

use async_trait::async_trait;
use onevent_contract::{ConnectionId, EnvironmentName, IntegrationId};
use sqlx::sqlite::SqliteRow;

use super::row::{get, key};
use super::{SqliteTables, query_of};
use crate::database::{EventEndColumns, EventRow, EventTable, KeyColumns, LeaseColumns, NewEventRow};
use crate::token::Token;
use crate::{ConnectionKey, EventFilter, EventKind, EventState, StoreError};

const INSERT: &str = "
    INSERT INTO events (environment, integration, connection_id, id, kind, lane, function, operation, deployment,
                        payload, state, attempt, due_at, lease_token, lease_expires_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12, $13, $14, $15)
    RETURNING *";

/// A head is a waiting event before which none waits in its lane.
const SELECT_DUE: &str = "
    SELECT head.* FROM events AS head
    WHERE head.state = 'waiting' AND head.due_at <= $1
      AND (head.lease_expires_at IS NULL OR head.lease_expires_at <= $1)
      AND head.kind IN ($2, $3, $4)
      AND NOT EXISTS (
          SELECT 1 FROM events AS earlier
          WHERE earlier.environment = head.environment AND earlier.integration = head.integration
            AND earlier.connection_id = head.connection_id AND earlier.lane = head.lane
            AND earlier.state = 'waiting' AND earlier.position < head.position)
    ORDER BY head.position
    LIMIT $5";

const LEASE: &str = "
    UPDATE events SET lease_token = $2, lease_expires_at = $3, attempt = attempt + 1 WHERE id = $1";

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

const FAIL_OF_CONNECTION: &str = "
    UPDATE events
    SET state = 'failed', error = $4, finished_at = $5, lease_token = NULL, lease_expires_at = NULL
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state = 'waiting'
      AND (kind = 'setup' OR (kind = 'action' AND (lease_expires_at IS NULL OR lease_expires_at <= $5)))";

const SELECT_ONE: &str = "SELECT * FROM events WHERE environment = $1 AND id = $2";

const SELECT_LIST: &str = "
    SELECT position, id, environment, integration, connection_id, kind, function, operation, deployment,
           CAST('' AS BLOB) AS payload, state, attempt, due_at, lease_expires_at, error, run_id,
           CAST(NULL AS BLOB) AS result, created_at, finished_at
    FROM events
    WHERE environment = $1
      AND (CAST($2 AS TEXT) IS NULL OR state = $2)
      AND (CAST($3 AS TEXT) IS NULL OR kind = $3)
      AND (CAST($4 AS TEXT) IS NULL OR integration = $4)
      AND (CAST($5 AS TEXT) IS NULL OR connection_id = $5)
    ORDER BY position DESC
    LIMIT $6";

const COUNT_WAITING: &str = "
    SELECT COUNT(*) AS waiting FROM events
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state = 'waiting' AND kind = $4";

const COUNT_BY_CONNECTION: &str = "
    SELECT environment, integration, connection_id, COUNT(*) AS waiting FROM events
    WHERE environment = $1 AND state = 'waiting' AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
    GROUP BY environment, integration, connection_id
    ORDER BY integration, connection_id";

#[async_trait]
impl EventTable for SqliteTables {
    async fn insert_event_row(&mut self, row: NewEventRow) -> Result<EventRow, StoreError> {
        let query = query_of!(INSERT, row.key)
            .bind(row.id)
            .bind(row.kind)
            .bind(row.lane)
            .bind(row.function)
            .bind(row.operation)
            .bind(row.deployment)
            .bind(row.payload)
            .bind(row.attempt)
            .bind(row.due_at)
            .bind(row.lease.map(|lease| lease.token.to_string()))
            .bind(row.lease.map(|lease| lease.expires_at))
            .bind(row.now);
        let inserted = self.row(query).await?;
        event(&inserted.ok_or(StoreError::Internal { action: "insert an event" })?)
    }

    async fn due_event_rows(
        &mut self,
        kinds: &[EventKind],
        now: i64,
        most: i64,
    ) -> Result<Vec<EventRow>, StoreError> {
        let wanted = |kind: EventKind| if kinds.contains(&kind) { kind.as_str() } else { "" };
        let query = sqlx::query(SELECT_DUE)
            .bind(now)
            .bind(wanted(EventKind::Setup))
            .bind(wanted(EventKind::Action))
            .bind(wanted(EventKind::Webhook))
            .bind(most);
        self.rows(query).await?.iter().map(event).collect()
    }

    async fn lease_event(&mut self, id: &str, lease: LeaseColumns) -> Result<(), StoreError> {
        let query = sqlx::query(LEASE).bind(id.to_owned()).bind(lease.token.to_string());
        self.execute(query.bind(lease.expires_at)).await?;
        Ok(())
    }

    async fn renew_event_lease(&mut self, id: &str, lease: LeaseColumns) -> Result<bool, StoreError> {
        let query = sqlx::query(RENEW).bind(id.to_owned()).bind(lease.token.to_string());
        self.changes(query.bind(lease.expires_at)).await
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
        due_at: i64,
        attempt: i64,
        error: Option<String>,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(RELEASE)
            .bind(id.to_owned())
            .bind(token.to_string())
            .bind(due_at)
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
        self.execute(query_of!(FAIL_OF_CONNECTION, key).bind(error).bind(now)).await?;
        Ok(())
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
            .bind(i64::from(filter.limit));
        self.rows(query).await?.iter().map(event).collect()
    }

    async fn count_waiting(&mut self, key: &ConnectionKey, kind: EventKind) -> Result<i64, StoreError> {
        let row = self.row(query_of!(COUNT_WAITING, key).bind(kind.as_str())).await?;
        row.map_or(Ok(0), |row| get(&row, "waiting"))
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
        due_at: get(row, "due_at")?,
        lease_expires_at: get(row, "lease_expires_at")?,
        error: get(row, "error")?,
        run_id: get(row, "run_id")?,
        result: get(row, "result")?,
        created_at: get(row, "created_at")?,
        finished_at: get(row, "finished_at")?,
    })
}
