//! What the queue keeps of a setup whose connection is a Nango's.

use onevent_contract::{ConnectionFacts, Operation};
use onevent_store::{ConnectionKey, EventKind, NewEvent, QueuedEvent, Store, StoreError, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::told::SentOn;
use crate::LifecycleOptions;

/// What each setup event of a connection of a Nango holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UpstreamSetup {
    /// The provider template's name.
    provider: String,
    /// What the app is told when the last of them has run.
    told: Option<String>,
}

impl UpstreamSetup {
    pub(super) fn new(provider: String, told: Option<String>) -> Self {
        Self { provider, told }
    }

    pub(super) fn payload(&self) -> Result<Value, StoreError> {
        serde_json::to_value(self).map_err(|_| StoreError::Internal { action: "encode a setup" })
    }

    /// What is to be done when everything before it in the lane has run, so that the app is told after it.
    pub(super) fn end_of_setup(
        &self,
        options: &LifecycleOptions,
        key: &ConnectionKey,
    ) -> Result<NewEvent, StoreError> {
        Ok(NewEvent {
            operation: Some(Operation::Creation),
            deployment: options.policies.deployment,
            request_id: options.request_id.clone(),
            payload: self.payload()?,
            ..NewEvent::new(EventKind::Setup, key.clone())
        })
    }

    /// Of an event; `None` where its connection is stored here.
    pub(crate) fn of(event: &QueuedEvent) -> Option<Self> {
        serde_json::from_value(event.payload.clone()).ok()
    }

    /// What its run knows about the connection.
    pub(crate) fn facts(&self, key: &ConnectionKey) -> ConnectionFacts {
        ConnectionFacts {
            connection_id: key.connection_id.clone(),
            integration: key.integration.clone(),
            provider: self.provider.clone(),
        }
    }

    /// Ends the setup, in the transaction that ends its last event.
    pub(crate) async fn finish(
        self,
        store: &Store,
        within: &mut Transaction,
        last: &QueuedEvent,
    ) -> Result<(), StoreError> {
        let Some(body) = self.told else { return Ok(()) };
        let request_id = last.summary.request_id.clone();
        let sent_on = SentOn { operation: Operation::Creation, body, request_id };
        sent_on.enqueue(store, within, &last.summary.connection).await
    }
}
