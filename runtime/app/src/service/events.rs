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

/// What somebody decides about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// One that is dead, failed or skipped is put back into the queue: [`replay_event`].
    Replay(ReplayOn),
    /// One that is dead or waits is ended without being done: [`skip_event`].
    Skip,
}

impl Service {
    /// Does what somebody decides about an event.
    ///
    /// # Errors
    /// As there, and whatever keeps the database from being opened.
    pub async fn decide_event(
        &self,
        environment: &EnvironmentName,
        id: EventId,
        decision: Decision,
        actor: Actor,
    ) -> Result<(), ServiceError> {
        let store = self.store_of(environment).await?;
        match decision {
            Decision::Replay(on) => Ok(replay_event(store, environment, id, on, actor).await?),
            Decision::Skip => {
                let event =
                    store.event(environment, id).await?.ok_or(StoreError::EventNotSkippable { id })?;
                let lifecycle = self.lifecycle_of(&event.summary).await;
                Ok(skip_event(store, lifecycle.as_ref(), environment, id, actor).await?)
            }
        }
    }

    /// The same for several. One of which nothing can come is in nobody's way.
    ///
    /// # Errors
    /// All of the database.
    pub async fn decide_events(
        &self,
        events: &[EventSummary],
        decision: Decision,
        actor: Actor,
    ) -> Result<Vec<DecidedEvent>, ServiceError> {
        let mut decided = Vec::new();
        for event in events {
            let environment = &event.connection.environment;
            let done = self.decide_event(environment, event.id, decision, actor).await;
            decided.push(outcome(event.id, done)?);
        }
        Ok(decided)
    }

    /// What the integration of an event wants to follow; `None` where nobody knows any more.
    async fn lifecycle_of(&self, event: &EventSummary) -> Option<Lifecycle> {
        let own = self.integration_of(&event.connection).await.ok()?;
        self.lifecycle(&event.connection.environment, own, None).await.ok()
    }
}

fn outcome(id: EventId, done: Result<(), ServiceError>) -> Result<DecidedEvent, ServiceError> {
    match done {
        Ok(()) => Ok(DecidedEvent { id, error: None }),
        Err(ServiceError::Store(
            error @ (StoreError::EventNotReplayable { .. } | StoreError::EventNotSkippable { .. }),
        )) => Ok(DecidedEvent { id, error: Some(error) }),
        Err(error) => Err(error),
    }
}
