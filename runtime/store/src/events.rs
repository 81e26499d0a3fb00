//! Reading events: for people, and for whoever decides what follows.

use onevent_contract::{EnvironmentName, FunctionName, Operation, RequestId, RunId};

use crate::cipher::Purpose;
use crate::database::EventRow;
use crate::json::decode;
use crate::time::from_millis;
use crate::{
    ConnectionKey, DeploymentId, EventFilter, EventId, EventKind, EventState, EventSummary, QueuedEvent,
    Store, StoreError, Transaction,
};

/// What an event says that nobody will do, because its connection is gone.
const CONNECTION_DELETED: &str = "the connection was deleted before this was done";

impl Store {
    /// Events, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn events(&self, filter: &EventFilter) -> Result<Vec<EventSummary>, StoreError> {
        self.read().await?.tables().event_rows(filter).await?.into_iter().map(summary).collect()
    }

    /// One event, with what is sealed of it; `None` where there is none.
    ///
    /// # Errors
    /// As [`Store::events`].
    pub async fn event(
        &self,
        environment: &EnvironmentName,
        id: EventId,
    ) -> Result<Option<QueuedEvent>, StoreError> {
        let mut transaction = self.read().await?;
        let row = transaction.tables().event_row(environment, &id.to_string()).await?;
        match row {
            Some(row) => transaction.queued(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// How many events wait, for each connection of an environment that any wait for; by integration and id.
    ///
    /// # Errors
    /// As [`Store::events`].
    pub async fn waiting_by_connection(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Vec<(ConnectionKey, u64)>, StoreError> {
        let counts = self.read().await?.tables().waiting_counts(environment, None).await?;
        counts.into_iter().map(|(key, count)| Ok((key.key()?, number(count, "count")?))).collect()
    }
}

impl Transaction {
    /// How many events of this kind wait for a connection, those included that somebody is at.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn waiting_events(&mut self, key: &ConnectionKey, kind: EventKind) -> Result<u64, StoreError> {
        number(self.tables().count_events(key, kind, EventState::Waiting).await?, "count")
    }

    /// How many dead letters of this kind there are of a connection.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn dead_events(&mut self, key: &ConnectionKey, kind: EventKind) -> Result<u64, StoreError> {
        number(self.tables().count_events(key, kind, EventState::Dead).await?, "count")
    }

    /// Ends what is left to be done for a connection that is going: setups and cleanups, dead letters among them, and
    /// actions that nobody is at. Webhooks about it are still delivered.
    pub(crate) async fn give_up_events_of(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        let now = self.now().as_millisecond();
        self.tables().fail_events_of(key, CONNECTION_DELETED, now).await
    }
}

pub(crate) fn summary(row: EventRow) -> Result<EventSummary, StoreError> {
    let damaged = StoreError::corrupt;
    let operation =
        |name: String| Operation::from_name(&name).ok_or_else(|| damaged("operation of an event"));
    Ok(EventSummary {
        id: EventId::parse(&row.id).ok_or_else(|| damaged("event id"))?,
        position: row.position,
        connection: row.key.key()?,
        kind: EventKind::from_name(&row.kind).ok_or_else(|| damaged("kind of an event"))?,
        function: row.function.map(FunctionName::new).transpose().map_err(|_| damaged("function name"))?,
        operation: row.operation.map(operation).transpose()?,
        deployment: row
            .deployment
            .map(|id| DeploymentId::parse(&id).ok_or_else(|| damaged("deployment id")))
            .transpose()?,
        request_id: row
            .request_id
            .map(|id| RequestId::new(id).ok_or_else(|| damaged("request id")))
            .transpose()?,
        state: EventState::from_name(&row.state).ok_or_else(|| damaged("state of an event"))?,
        attempt: number(row.attempt, "attempt")?,
        replayed_after: row.replayed_after.map(|after| number(after, "replayed_after")).transpose()?,
        due_at: from_millis(row.due_at, "due_at")?,
        leased_until: row.lease_expires_at.map(|at| from_millis(at, "lease_expires_at")).transpose()?,
        error: row.error,
        run_id: row.run_id.map(|id| RunId::parse(&id).ok_or_else(|| damaged("run id"))).transpose()?,
        created_at: from_millis(row.created_at, "created_at")?,
        finished_at: row.finished_at.map(|at| from_millis(at, "finished_at")).transpose()?,
    })
}

impl Transaction {
    /// An event with what is sealed of it.
    pub(crate) async fn queued(&mut self, mut row: EventRow) -> Result<QueuedEvent, StoreError> {
        let (payload, result) = (std::mem::take(&mut row.payload), row.result.take());
        let sealed = std::iter::once(payload.as_slice()).chain(result.as_deref());
        let keyring = self.opening(sealed).await?;
        let summary = summary(row)?;
        let open = |purpose: &Purpose<'_>, sealed: &[u8], what: &'static str| {
            let plain = keyring.open(purpose, sealed);
            let text = plain.as_ref().and_then(|plain| std::str::from_utf8(plain).ok());
            decode(text.ok_or_else(|| StoreError::corrupt(what))?, what)
        };
        let payload =
            open(&Purpose::EventPayload(&summary.connection, summary.id), &payload, "payload of an event")?;
        let result = result
            .map(|sealed| {
                open(&Purpose::EventResult(&summary.connection, summary.id), &sealed, "result of an event")
            })
            .transpose()?;
        Ok(QueuedEvent { summary, payload, result })
    }
}

fn number<T: TryFrom<i64>>(stored: i64, column: &'static str) -> Result<T, StoreError> {
    T::try_from(stored).map_err(|_| StoreError::corrupt(column))
}
