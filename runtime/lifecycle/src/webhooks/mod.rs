//! What the operator's app is told of its connections: webhooks of Nango's form, from the same outbox as the functions.

mod body;
mod delivery;
mod signature;

use onevent_contract::{ConnectionDetails, EnvironmentName, Operation};
use onevent_store::{ConnectionKey, EventId, EventKind, NewEvent, Store, StoreError, Transaction};
use serde::{Deserialize, Serialize};

pub use self::body::{AuthFailure, AuthWebhook};
pub(crate) use self::delivery::deliver;
pub use self::delivery::{WebhookDelivery, WebhookDestination, WebhookFailure, WebhookSender};
pub use self::signature::{HMAC_HEADER, LEGACY_SIGNATURE_HEADER, Signatures};
use crate::CreationWebhook;

/// Which changes the operator's app is told of, for connections of one integration.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// Whether there is a URL that all webhooks go to. Without it, only connections with an address of their own tell.
    pub has_url: bool,
    /// Creations.
    pub creation: CreationWebhook,
    /// Deletions.
    pub deletion: bool,
    /// The authentication mode of the provider, as webhooks name it.
    pub auth_mode: String,
}

/// What the outbox keeps of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WebhookPayload {
    /// The bytes that are signed and sent, as text.
    pub(crate) body: String,
    /// The connection's own address, where it has one.
    pub(crate) address: Option<String>,
}

/// A connection, as far as webhooks tell of it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) key: ConnectionKey,
    pub(crate) provider: String,
    pub(crate) details: ConnectionDetails,
}

impl Webhooks {
    /// Puts a webhook into the outbox, in the transaction that makes it true.
    pub(crate) async fn tell(
        &self,
        store: &Store,
        within: &mut Transaction,
        told: &Told,
        operation: Operation,
        failure: Option<AuthFailure>,
    ) -> Result<(), StoreError> {
        let address = told.details.webhook_url_override.clone();
        if !self.has_url && address.is_none() {
            return Ok(());
        }
        let webhook = AuthWebhook {
            key: &told.key,
            auth_mode: &self.auth_mode,
            provider: &told.provider,
            operation,
            details: &told.details,
            failure,
        };
        let payload = WebhookPayload { body: webhook.body(), address };
        let payload = serde_json::to_value(&payload)
            .map_err(|_| StoreError::Internal { action: "encode a webhook" })?;
        let event = NewEvent {
            operation: Some(operation),
            payload,
            ..NewEvent::new(EventKind::Webhook, told.key.clone())
        };
        store.queue().enqueue(within, event).await?;
        Ok(())
    }
}

/// Puts a webhook into the outbox again, as it was; `None` where there is no such webhook. What is sent is a new one,
/// with attempts of its own.
///
/// # Errors
/// All of the store.
pub async fn resend_webhook(
    store: &Store,
    environment: &EnvironmentName,
    webhook: EventId,
) -> Result<Option<EventId>, StoreError> {
    let found = store.event(environment, webhook).await?;
    let Some(found) = found.filter(|event| event.summary.kind == EventKind::Webhook) else { return Ok(None) };
    let event = NewEvent {
        operation: found.summary.operation,
        payload: found.payload,
        ..NewEvent::new(EventKind::Webhook, found.summary.connection)
    };
    let mut transaction = store.begin().await?;
    let id = store.queue().enqueue(&mut transaction, event).await?;
    transaction.commit().await?;
    Ok(Some(id))
}
