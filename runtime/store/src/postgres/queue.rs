//! The queue beside the table of events: each event that waits has a message, with the number of which its row is kept.
//!
//! A message is always changed before the row of its event, so that two who want both never wait for each other.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::connection::PostgresConnection;
use super::pgmq::{Claimed, Held, Line};
use crate::sql::{MessageQueue, SentEvent, SqlConnection as _, SqlRow, Statement, get, key, query};
use crate::token::Token;
use crate::{ConnectionKey, EventKind, EventState, StoreError};

const SELECT_BY_TOKEN: &str = "
    SELECT kind, message_id, message_reads FROM events WHERE id = $1 AND lease_token = $2 AND state = 'waiting'";

const SELECT_WAITING: &str = "
    SELECT kind, message_id, message_reads FROM events WHERE id = $1 AND state = 'waiting'";

const SELECT_REPLAYED: &str = "
    SELECT kind, lane, message_id, message_reads, environment, integration, connection_id FROM events
    WHERE environment = $1 AND id = $2";

const SET_MESSAGE: &str = "
    UPDATE events SET message_id = $2, message_reads = $3 WHERE id = $1 AND state IN ('waiting', 'dead') RETURNING kind";

#[async_trait]
impl MessageQueue for PostgresConnection {
    const HAS_MESSAGES: bool = true;

    /// Not by the connection's row: events outlive it, or are about one that is kept elsewhere.
    async fn take_turn(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        let (integration, connection) = (key.integration.as_str(), key.connection_id.as_str());
        self.lock_name(&["events", key.environment.as_str(), integration, connection]).await
    }

    async fn send(&mut self, event: SentEvent<'_>) -> Result<(), StoreError> {
        let line = Line::of(event.kind);
        let number = self.lines.send(line, event.key, event.lane, event.id, &mut self.transaction).await?;
        let mut held = Held { line, number, reads: 0 };
        match (event.state, event.lease) {
            (EventState::Waiting, Some(lease)) => {
                held.reads = 1;
                self.lines.take(held, lease, &mut self.transaction).await?;
            }
            (EventState::Waiting, None) if event.due_in.is_zero() => {}
            (EventState::Waiting, None) => {
                self.lines.hide(held, event.due_in, &mut self.transaction).await?;
            }
            // It has its place, should it ever wait.
            _ => {
                self.lines.delete(held, &mut self.transaction).await?;
            }
        }
        self.set_message(event.id, held).await?;
        Ok(())
    }

    async fn claim_first(
        &mut self,
        kinds: &[EventKind],
        most: usize,
        lasts: Duration,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let mut ids = Vec::new();
        for line in Line::ALL {
            if !kinds.iter().any(|kind| Line::of(*kind) == line) || ids.len() >= most {
                continue;
            }
            for Claimed { event_id, held } in
                self.lines.read(line, most - ids.len(), lasts, &mut self.transaction).await?
            {
                match self.set_message(&event_id, held).await? {
                    Some(kind) if kinds.contains(&kind) => ids.push(event_id),
                    // Somebody else wants this kind.
                    Some(_) => {
                        self.lines.hide(held, Duration::ZERO, &mut self.transaction).await?;
                    }
                    // Its event does not wait any more.
                    None => {
                        self.lines.delete(held, &mut self.transaction).await?;
                    }
                }
            }
        }
        Ok(Some(ids))
    }

    async fn claim(&mut self, id: &str, lasts: Duration) -> Result<bool, StoreError> {
        let row = self.row(query(SELECT_WAITING).bind(id)).await?;
        let Some(waiting) = row.map(|row| held(&row)).transpose()?.flatten() else { return Ok(false) };
        let Some(held) = self.lines.claim(waiting, lasts, &mut self.transaction).await? else {
            return Ok(false);
        };
        Ok(self.set_message(id, held).await?.is_some())
    }

    async fn renew(&mut self, id: &str, token: Token, lasts: Duration) -> Result<bool, StoreError> {
        match self.held_with(id, token).await? {
            Some(held) => self.lines.hide(held, lasts, &mut self.transaction).await,
            None => Ok(false),
        }
    }

    async fn give_back(&mut self, id: &str, token: Token, due_in: Duration) -> Result<bool, StoreError> {
        self.renew(id, token, due_in).await
    }

    async fn remove(&mut self, id: &str, token: Token) -> Result<bool, StoreError> {
        match self.held_with(id, token).await? {
            Some(held) => self.lines.delete(held, &mut self.transaction).await,
            None => Ok(false),
        }
    }

    async fn remove_all(&mut self, select: Statement) -> Result<(), StoreError> {
        for row in self.rows(select).await? {
            if let Some(held) = held(&row)? {
                // One that was claimed meanwhile stays.
                self.lines.delete(held, &mut self.transaction).await?;
            }
        }
        Ok(())
    }

    async fn send_again(&mut self, environment: &EnvironmentName, id: &str) -> Result<(), StoreError> {
        let select = query(SELECT_REPLAYED).bind(environment.as_str()).bind(id);
        let Some(row) = self.row(select).await? else { return Ok(()) };
        let (key, lane) = (key(&row)?.key()?, get::<String>(&row, "lane")?);
        self.take_turn(&key).await?;
        match held(&row)? {
            Some(held) => self.lines.send_again(held, &key, &lane, id, &mut self.transaction).await,
            None => Err(StoreError::corrupt("place of an event in the queue")),
        }
    }
}

impl PostgresConnection {
    async fn held_with(&mut self, id: &str, token: Token) -> Result<Option<Held>, StoreError> {
        let row = self.row(query(SELECT_BY_TOKEN).bind(id).bind(token.to_string())).await?;
        Ok(row.map(|row| held(&row)).transpose()?.flatten())
    }

    /// Notes an event's message; the kind of the event, if it waits.
    async fn set_message(&mut self, id: &str, held: Held) -> Result<Option<EventKind>, StoreError> {
        let row = self.row(query(SET_MESSAGE).bind(id).bind(held.number).bind(held.reads)).await?;
        row.map(|row| kind(&row)).transpose()
    }
}

fn kind(row: &SqlRow) -> Result<EventKind, StoreError> {
    let name: String = get(row, "kind")?;
    EventKind::from_name(&name).ok_or_else(|| StoreError::corrupt("kind of an event"))
}

/// The message of an event, where it has one.
fn held(row: &SqlRow) -> Result<Option<Held>, StoreError> {
    let number: Option<i64> = get(row, "message_id")?;
    let reads: Option<i64> = get(row, "message_reads")?;
    let line = Line::of(kind(row)?);
    Ok(number.zip(reads).map(|(number, reads)| Held { line, number, reads }))
}
