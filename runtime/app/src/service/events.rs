//! What people decide about events: replaying and skipping them.

use onevent_contract::EnvironmentName;
use onevent_lifecycle::{Lifecycle, ReplayOn, replay_event, skip_event};
use onevent_store::{Actor, EventId, EventSummary, StoreError};

use super::{Service, ServiceError};

/// What came of deciding about one event of several.
#[derive(Debug)]
pub struct DecidedEvent {
    /// The event.
    pub id: EventId,
    /// Why nothing was done, if so.
    pub error: Option<StoreError>,
}

impl Service {
    /// Puts an event that is dead, failed or skipped back into the queue: [`replay_event`].
    ///
    /// # Errors
    /// As there, and whatever keeps the database from being opened.
    pub async fn replay_event(
        &self,
        environment: &EnvironmentName,
        id: EventId,
        on: ReplayOn,
        actor: Actor,
    ) -> Result<(), ServiceError> {
        Ok(replay_event(self.store_of(environment).await?, environment, id, on, actor).await?)
    }

    /// The same for several. One that cannot be replayed is in nobody's way.
    ///
    /// # Errors
    /// All of the database.
    pub async fn replay_events(
        &self,
        events: &[EventSummary],
        on: ReplayOn,
        actor: Actor,
    ) -> Result<Vec<DecidedEvent>, ServiceError> {
        let mut decided = Vec::new();
        for event in events {
            let done = self.replay_event(&event.connection.environment, event.id, on, actor).await;
            decided.push(decision(event.id, done)?);
        }
        Ok(decided)
    }

    /// Ends an event that is dead or waits without being done: [`skip_event`].
    ///
    /// # Errors
    /// As there, and whatever keeps the database from being opened.
    pub async fn skip_event(
        &self,
        environment: &EnvironmentName,
        id: EventId,
        actor: Actor,
    ) -> Result<(), ServiceError> {
        let store = self.store_of(environment).await?;
        let event = store.event(environment, id).await?.ok_or(StoreError::EventNotSkippable { id })?;
        let lifecycle = self.lifecycle_of(&event.summary).await;
        Ok(skip_event(store, lifecycle.as_ref(), environment, id, actor).await?)
    }

    /// The same for several. One that cannot be skipped is in nobody's way.
    ///
    /// # Errors
    /// All of the database.
    pub async fn skip_events(
        &self,
        events: &[EventSummary],
        actor: Actor,
    ) -> Result<Vec<DecidedEvent>, ServiceError> {
        let mut decided = Vec::new();
        for event in events {
            let done = self.skip_event(&event.connection.environment, event.id, actor).await;
            decided.push(decision(event.id, done)?);
        }
        Ok(decided)
    }

    /// What the integration of an event wants to follow; `None` where nobody knows any more.
    async fn lifecycle_of(&self, event: &EventSummary) -> Option<Lifecycle> {
        let own = self.integration_of(&event.connection).await.ok()?;
        self.lifecycle(&event.connection.environment, own, None).await.ok()
    }
}

fn decision(id: EventId, done: Result<(), ServiceError>) -> Result<DecidedEvent, ServiceError> {
    match done {
        Ok(()) => Ok(DecidedEvent { id, error: None }),
        Err(ServiceError::Store(
            error @ (StoreError::EventNotReplayable { .. } | StoreError::EventNotSkippable { .. }),
        )) => Ok(DecidedEvent { id, error: Some(error) }),
        Err(error) => Err(error),
    }
}
