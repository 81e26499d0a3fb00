//! The SQL of events.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{ConnectionId, EnvironmentName, FunctionName, IntegrationId};

use super::row::{SqlRow, get, key};
use super::{SentEvent, SqlConnection, SqlTables, after, now, query, query_of};
use crate::database::{
    EventEndColumns, EventRow, EventTable, GroupColumns, HeadRow, KeyColumns, NewEventRow, NewLease,
};
use crate::token::{Node, Token};
use crate::{ConnectionKey, EventFilter, EventKind, EventState, StoreError};

const INSERT: &str = "
    INSERT INTO events (environment, integration, connection_id, id, kind, lane, function, operation, deployment,
                        payload, state, attempt, due_at, lease_token, lease_expires_at, error, run_id, created_at,
                        finished_at, request_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
    RETURNING *";

/// One look into the index for each integration, however much waits.
pub(crate) const SELECT_GROUPS: &str = "
    WITH RECURSIVE seen (environment, integration) AS (
        SELECT * FROM (
            SELECT environment, integration FROM events WHERE state = 'waiting'
            ORDER BY environment, integration LIMIT 1) AS first
        UNION ALL
        SELECT after.environment, after.integration FROM seen, events AS after
        WHERE after.position = COALESCE((
            SELECT next.position FROM events AS next
            WHERE next.state = 'waiting' AND next.environment = seen.environment
              AND next.integration > seen.integration
            ORDER BY next.integration LIMIT 1), (
            SELECT next.position FROM events AS next
            WHERE next.state = 'waiting' AND next.environment > seen.environment
            ORDER BY next.environment, next.integration LIMIT 1)))
    SELECT environment, integration FROM seen";

const SELECT_LEASED: &str = "
    SELECT environment, integration, connection_id FROM events
    WHERE lease_token IS NOT NULL AND lease_expires_at > $1 AND kind IN ($2, $3, $4, $5)
      AND lease_token LIKE $6";

/// A head is the waiting event before which none waits in its lane. Said so that it is looked up for one event after the
/// other, in the order in which they are wanted, however many wait.
const IS_HEAD: &str = "
    head.state = 'waiting' AND head.position = (
        SELECT earlier.position FROM events AS earlier
        WHERE earlier.environment = head.environment AND earlier.integration = head.integration
          AND earlier.connection_id = head.connection_id AND earlier.lane = head.lane
          AND earlier.state = 'waiting'
        ORDER BY earlier.position LIMIT 1)";

const LEASE: &str = "
    UPDATE events AS head SET lease_token = $2, lease_expires_at = $3, attempt = attempt + 1
    WHERE head.id = $1 AND head.state = 'waiting'";

/// Where only the table says who may have it.
const IF_FREE: &str = "
    AND head.due_at <= $4 AND (head.lease_expires_at IS NULL OR head.lease_expires_at <= $4) AND ";

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

/// Their messages, where there are any.
const SELECT_MESSAGES_OF_CONNECTION: &str = "
    SELECT kind, message_id, message_reads FROM events
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state = 'waiting'
      AND (kind IN ('setup', 'cleanup')
        OR (kind = 'action' AND (lease_expires_at IS NULL OR lease_expires_at <= $4)))
    ORDER BY position";

const REPLAY: &str = "
    UPDATE events
    SET state = 'waiting', replayed_after = attempt, due_at = $4, deployment = $3, result = NULL, finished_at = NULL
    WHERE environment = $1 AND id = $2 AND state IN ('dead', 'failed', 'skipped')";

const SKIP: &str = "
    UPDATE events
    SET state = 'skipped', finished_at = $3, lease_token = NULL, lease_expires_at = NULL
    WHERE environment = $1 AND id = $2
      AND (state = 'dead' OR (state = 'waiting' AND (lease_expires_at IS NULL OR lease_expires_at <= $4)))";

const SELECT_MESSAGE: &str = "
    SELECT kind, message_id, message_reads FROM events
    WHERE environment = $1 AND id = $2 AND state = 'waiting'
      AND (lease_expires_at IS NULL OR lease_expires_at <= $3)";

const SELECT_ONE: &str = "SELECT * FROM events WHERE environment = $1 AND id = $2";

const SELECT_LIST: &str = "
    SELECT position, id, environment, integration, connection_id, kind, function, operation, deployment, request_id,
           SUBSTR(payload, 1, 0) AS payload, state, attempt, replayed_after, due_at, lease_expires_at, error, run_id,
           CASE WHEN 1 = 0 THEN result END AS result, created_at, finished_at
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
impl<C: SqlConnection> EventTable for SqlTables<C> {
    async fn insert_event_row(&mut self, row: NewEventRow) -> Result<EventRow, StoreError> {
        self.0.take_turn(&row.key).await?;
        let query = query_of!(INSERT, row.key)
            .bind(row.id.as_str())
            .bind(row.kind.as_str())
            .bind(row.lane.as_str())
            .bind(row.function)
            .bind(row.operation)
            .bind(row.deployment)
            .bind(row.payload)
            .bind(row.state.as_str())
            .bind(row.attempt)
            .bind(after(row.due_in))
            .bind(row.lease.map(|lease| lease.token.to_string()))
            .bind(row.lease.map(|lease| after(lease.lasts)))
            .bind(row.error)
            .bind(row.run_id)
            .bind(row.now)
            .bind(row.finished_at)
            .bind(row.request_id);
        let inserted = self.row(query).await?;
        let inserted = event(&inserted.ok_or(StoreError::Internal { action: "insert an event" })?)?;
        let sent = SentEvent {
            id: &row.id,
            key: &row.key,
            kind: row.kind,
            lane: &row.lane,
            state: row.state,
            due_in: row.due_in,
            lease: row.lease.map(|lease| lease.lasts),
        };
        self.0.send(sent).await?;
        Ok(inserted)
    }

    async fn waiting_groups(&mut self) -> Result<Vec<GroupColumns>, StoreError> {
        let rows = self.rows(query(SELECT_GROUPS)).await?;
        rows.iter()
            .map(|row| {
                Ok(GroupColumns {
                    environment: get(row, "environment")?,
                    integration: get(row, "integration")?,
                })
            })
            .collect()
    }

    async fn leased_keys(&mut self, kinds: &[EventKind], node: Node) -> Result<Vec<KeyColumns>, StoreError> {
        let wanted = |kind: EventKind| if kinds.contains(&kind) { kind.as_str() } else { "" };
        let query = query(SELECT_LEASED)
            .bind(now())
            .bind(wanted(EventKind::Setup))
            .bind(wanted(EventKind::Action))
            .bind(wanted(EventKind::Webhook))
            .bind(wanted(EventKind::Cleanup))
            .bind(node.pattern());
        self.rows(query).await?.iter().map(key).collect()
    }

    async fn due_heads(
        &mut self,
        group: &GroupColumns,
        kinds: &[EventKind],
        besides: &[String],
        most: i64,
    ) -> Result<Vec<HeadRow>, StoreError> {
        let mut query = query("SELECT head.id, head.connection_id FROM events AS head WHERE ");
        query.push(IS_HEAD);
        query.push(" AND head.environment = ").push_bind(group.environment.as_str());
        query.push(" AND head.integration = ").push_bind(group.integration.as_str());
        query.push(" AND head.due_at <= ").push_bind(now());
        query
            .push(" AND (head.lease_expires_at IS NULL OR head.lease_expires_at <= ")
            .push_bind(now())
            .push(")");
        query.push(" AND head.kind IN ").push_list(kinds.iter().map(|kind| kind.as_str()));
        if !besides.is_empty() {
            query.push(" AND head.connection_id NOT IN ").push_list(besides.iter().map(String::as_str));
        }
        query.push(" ORDER BY head.due_at, head.position LIMIT ").push_bind(most);
        let rows = self.rows(query).await?;
        rows.iter()
            .map(|row| Ok(HeadRow { id: get(row, "id")?, connection_id: get(row, "connection_id")? }))
            .collect()
    }

    async fn lease_event(&mut self, id: &str, lease: NewLease) -> Result<Option<EventRow>, StoreError> {
        if !self.0.claim(id, lease.lasts).await? {
            return Ok(None);
        }
        let mut query = query(LEASE).bind(id).bind(lease.token.to_string()).bind(after(lease.lasts));
        if !C::HAS_MESSAGES {
            query = query.bind(now());
            query.push(IF_FREE).push(IS_HEAD);
        }
        query.push(" RETURNING *");
        self.row(query).await?.as_ref().map(event).transpose()
    }

    async fn lease_first(
        &mut self,
        kinds: &[EventKind],
        most: usize,
        lasts: Duration,
        node: Node,
    ) -> Result<Option<Vec<(EventRow, Token)>>, StoreError> {
        let Some(ids) = self.0.claim_first(kinds, most, lasts).await? else { return Ok(None) };
        let mut leased = Vec::new();
        for id in ids {
            let token = Token::of(node);
            let mut query = query(LEASE).bind(id.as_str()).bind(token.to_string()).bind(after(lasts));
            query.push(" RETURNING *");
            if let Some(row) = self.row(query).await? {
                leased.push((event(&row)?, token));
            }
        }
        Ok(Some(leased))
    }

    async fn renew_event_lease(&mut self, id: &str, lease: NewLease) -> Result<bool, StoreError> {
        let is_held = self.0.renew(id, lease.token, lease.lasts).await?;
        let query = query(RENEW).bind(id).bind(lease.token.to_string()).bind(after(lease.lasts));
        Ok(is_held && self.changes(query).await?)
    }

    async fn end_event(&mut self, id: &str, token: Token, end: EventEndColumns) -> Result<bool, StoreError> {
        if !self.0.remove(id, token).await? {
            return Ok(false);
        }
        let query = query(END)
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
        if !self.0.give_back(id, token, due_in).await? {
            return Ok(false);
        }
        let query = query(RELEASE)
            .bind(id.to_owned())
            .bind(token.to_string())
            .bind(after(due_in))
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
        self.0.remove_all(query_of!(SELECT_MESSAGES_OF_CONNECTION, key).bind(super::now())).await?;
        let query = query_of!(FAIL_OF_CONNECTION, key).bind(error).bind(now).bind(super::now());
        self.execute(query).await?;
        Ok(())
    }

    async fn replay_event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        deployment: Option<String>,
    ) -> Result<bool, StoreError> {
        let query = query(REPLAY).bind(environment.to_string()).bind(id.to_owned());
        if !self.changes(query.bind(deployment).bind(now())).await? {
            return Ok(false);
        }
        self.0.send_again(environment, id).await?;
        Ok(true)
    }

    async fn skip_event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let message = query(SELECT_MESSAGE).bind(environment.as_str()).bind(id).bind(super::now());
        self.0.remove_all(message).await?;
        let query = query(SKIP).bind(environment.to_string()).bind(id.to_owned());
        self.changes(query.bind(now).bind(super::now())).await
    }

    async fn event_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
    ) -> Result<Option<EventRow>, StoreError> {
        let query = query(SELECT_ONE).bind(environment.to_string()).bind(id.to_owned());
        self.row(query).await?.as_ref().map(event).transpose()
    }

    async fn event_rows(&mut self, filter: &EventFilter) -> Result<Vec<EventRow>, StoreError> {
        let query = query(SELECT_LIST)
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
        let query = query(COUNT_BY_CONNECTION).bind(environment.to_string());
        let rows = self.rows(query.bind(kind.map(EventKind::as_str))).await?;
        rows.iter().map(|row| Ok((key(row)?, get(row, "waiting")?))).collect()
    }
}

fn event(row: &SqlRow) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        position: get(row, "position")?,
        id: get(row, "id")?,
        key: key(row)?,
        kind: get(row, "kind")?,
        function: get(row, "function")?,
        operation: get(row, "operation")?,
        deployment: get(row, "deployment")?,
        request_id: get(row, "request_id")?,
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
