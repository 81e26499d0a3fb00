//! Putting webhooks into the outbox, in the transaction that makes them true.

use onevent_contract::{ConnectionDetails, EnvironmentName, Operation, RequestId};
use onevent_store::{ConnectionKey, EventId, EventKind, NewEvent, Store, StoreError, Transaction};
use strum::{EnumString, IntoStaticStr, VariantNames};

use super::body::{AuthFailure, AuthWebhook};
use super::payload::WebhookPayload;

/// When the operator's app is told of a connection that was created (Nango tells at once; its setup may not have run).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum CreationWebhook {
    /// When the setup functions have run.
    #[default]
    AfterSetup,
    /// When the connection was accepted.
    AtOnce,
    /// Never.
    Off,
}

/// Which changes the operator's app is told of, for connections of one integration.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// Whether there is a URL that all webhooks go to. Without it, only connections with an address of their own tell.
    pub has_url: bool,
    /// Creations.
    pub creation: CreationWebhook,
    /// Deletions.
    pub deletion: bool,
    /// Tokens that a provider refuses to refresh.
    pub refresh_error: bool,
    /// The authentication mode of the provider, as webhooks name it.
    pub auth_mode: String,
}

/// A connection, as far as webhooks tell of it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) key: ConnectionKey,
    pub(crate) provider: String,
    pub(crate) details: ConnectionDetails,
    pub(crate) request_id: Option<RequestId>,
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
            request_id: told.request_id.clone(),
            payload,
            ..NewEvent::new(EventKind::Webhook, told.key.clone())
        };
        store.queue().enqueue(within, event).await?;
        Ok(())
    }
}

/// Puts a webhook into the outbox again, as it was; `None` where there is no such webhook. What is sent is a new one,
/// with attempts of its own; it names the request that asked for it.
///
/// # Errors
/// All of the store.
pub async fn resend_webhook(
    store: &Store,
    environment: &EnvironmentName,
    webhook: EventId,
    request_id: Option<RequestId>,
) -> Result<Option<EventId>, StoreError> {
    let found = store.event(environment, webhook).await?;
    let Some(found) = found.filter(|event| event.summary.kind == EventKind::Webhook) else { return Ok(None) };
    let event = NewEvent {
        operation: found.summary.operation,
        request_id,
        payload: found.payload,
        ..NewEvent::new(EventKind::Webhook, found.summary.connection)
    };
    let mut transaction = store.begin().await?;
    let id = store.queue().enqueue(&mut transaction, event).await?;
    transaction.commit().await?;
    Ok(Some(id))
}
